// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/* A stop with random registers, code and kernel. */
#include <errno.h>
#include <signal.h>
#include <string.h>

#include "sim_fuzz.h"

uint64_t word_of(const struct state *s, int word)
{
	const unsigned char *p = s->image + (size_t)word * sim.word;
	uint64_t v = 0;

	for (unsigned i = 0; i < sim.word; i++)
		v = v << 8 | p[sim.big ? i : sim.word - 1 - i];
	return v;
}

void word_put(struct state *s, int word, uint64_t val)
{
	unsigned char *p = s->image + (size_t)word * sim.word;

	for (unsigned i = 0; i < sim.word; i++, val >>= 8)
		p[sim.big ? sim.word - 1 - i : i] = (unsigned char)val;
}

void state_now(struct state *s)
{
	memcpy(s->image, sim.image, sizeof s->image);
	memcpy(s->code, sim.code, sizeof s->code);
	s->nr = sim.nr;
}

void state_load(const struct state *s)
{
	memcpy(sim.image, s->image, sizeof sim.image);
	memcpy(sim.code, s->code, sizeof sim.code);
	sim.nr = s->nr;
}

static void put(int word, uint64_t val)
{
	sim_put(word, val);
}

bool is(const char *family)
{
	return !strcmp(fz.m->family->name, family);
}

bool before_call(uint8_t op)
{
	return op == ENTRY || op == SECCOMP;
}

bool is_restart(int64_t rval)
{
	return (rval >= -514 && rval <= -512) || rval == -516;
}

/* ---- values ---- */

/* What a register may hold, and a tracer may ask for. */
uint64_t draw_value(void)
{
	static const uint64_t odd[] = {
		0,
		UINT64_MAX,
		INT32_MAX,
		(uint64_t)INT32_MIN,
		0x80000000,
		UINT32_MAX,
		INT64_MAX,
		1,
		UINT64_C(1) << 32,
		(uint64_t)-38,
		(uint64_t)-89,
		(uint64_t)-90,
		0xffffffda,
		512,
		(uint64_t)-512,
		4000,
		(uint64_t)-4095,
		(uint64_t)-4096,
	};

	switch (draw_below(6)) {
	case 0:
		return odd[draw_below(COUNT(odd))];
	case 1:
		return (uint64_t) - (int64_t)draw_below(600);
	case 2:
		return draw();
	case 3:
		return (uint32_t)draw();
	default:
		return draw_below(0x10000);
	}
}

uint64_t draw_nr(void)
{
	static const int64_t odd[] = { -2,      -5,         INT32_MAX, INT32_MIN, 441,  0xf07ff,
				       0xf0800, 65534,      65535,     3999,      4000, 5000,
				       6999,    0x40000000, 512,       516,       0 };
	int first = fz.m->nr_min;
	uint64_t nr;

	if (!strcmp(fz.f->name, "x32") && !draw_one_in(4))
		first = 0x40000000;
	switch (draw_below(8)) {
	case 0:
		return UINT64_MAX;
	case 1:
		nr = draw_one_in(3) ? draw() : (uint64_t)odd[draw_below(COUNT(odd))];
		/* syscall(2) of o32 is another call than it seems */
		return nr == 4000 && fz.m->stack_args ? 4001 : nr;
	default:
		return (uint64_t)(first + 1 + (int)draw_below(450));
	}
}

int64_t draw_result(bool *is_error)
{
	static const int64_t odd[] = { 512,        513,        514,        516,        -1,
				       -4095,      -4096,      -512,       INT32_MAX,  INT32_MIN,
				       0xffffffff, 0x80000000, 0xfffff001, 0x100000000 };

	*is_error = draw_one_in(3);
	if (*is_error && !draw_one_in(8))
		return -(int64_t)(1 + draw_below(600));
	if (draw_one_in(4))
		return odd[draw_below(COUNT(odd))];
	return draw_one_in(4) ? (int64_t)draw() : (int64_t)draw_below(0x10000);
}

/* ---- the stop ---- */

/* As the kernel has the argument of a 32-bit call in a word of 64 bits. */
static uint64_t as_argument(uint64_t v)
{
	if (fz.f->value == 8 || (!strcmp(fz.f->name, "i386") && !sim.other_regset))
		return v;
	return (uint32_t)v;
}

/* A number that a program can have made the call with, and by which its ABI is known. */
static uint64_t own_nr(void)
{
	uint64_t nr = draw_nr();
	int first = fz.m->nr_min;

	if (nr == UINT64_MAX && is("mips") && fz.get_errno)
		nr = 5;
	else if (nr == UINT64_MAX)
		return nr;
	if (is("s390"))
		return nr % 0xffff;
	if (first && (fz.get_errno || fz.fault_is_set))
		return (uint64_t)first + nr % 1000;
	return (uint64_t)(int64_t)(int32_t)nr;
}

static void draw_call(void)
{
	uint64_t nr = own_nr(), arg = 0;
	struct state s;

	for (int i = 5; i >= 0; i--) {
		arg = as_argument(draw_value());
		put(fz.m->at.arg[i], arg);
	}
	if (is("riscv")) { /* what GET doesn't tell is in a0, or nowhere */
		if (fz.get_errno)
			put(fz.m->at.rval, !fz.set_errno || draw_one_in(4) ? (uint64_t)-38 : arg);
	}
	if (fz.f->twice)
		put(fz.f->twice - 1,
		    is("powerpc") && fz.set_errno == EIO && draw_one_in(2) ? (uint64_t)-38 : arg);
	if (fz.m->presets || (is("riscv") && !fz.set_errno))
		put(fz.m->at.rval, (uint64_t)-38);
	put(fz.m->at.nr, nr);
	state_now(&s);
	kernel_put_nr(&s, nr);
	sim.nr = s.nr;
}

/* A result as this kernel leaves it: of 32 bits, and in a longer word sign-extended. */
static void draw_exit(void)
{
	struct state s;
	bool is_error;
	int64_t rval = draw_result(&is_error);

	if (fz.f->value == 4)
		rval = (int32_t)rval;
	if (is_error && (rval < -4095 || rval > -1))
		rval = -EIO;
	state_now(&s);
	if (!is_error && (!fz.f->flag || oracle_is_scv(&s)))
		is_error = rval >= -4095 && rval <= -1;
	kernel_put_result(&s, rval, is_error);
	memcpy(sim.image, s.image, sizeof s.image);
	sim.nr = (int)draw_below(400);
}

static void draw_code(uint64_t ip)
{
	memcpy(sim.code, fz.m->code, sizeof fz.m->code);
	sim.code_len = fz.m->code_len;
	sim.code_end = ip;
	if (!draw_one_in(4) || (is("x86") && fz.get_errno))
		return;
	if (is("s390"))
		sim.code[1] = (unsigned char)draw_below(256);
	else if (is("arm"))
		sim.code[5] = (unsigned char)draw_below(3);
	else if (is("parisc")) /* ldi nr,%r20 */
		memcpy(sim.code + 4, "\x34\x14\x00\x30", 4);
	else if (draw_one_in(2))
		sim.code_len = 0;
}

static void draw_stack(uint64_t sp)
{
	sim.code_len = 24;
	sim.code_end = sp + 24;
	for (size_t i = 0; i < sizeof sim.code; i++)
		sim.code[i] = (unsigned char)draw_below(256);
	if (draw_one_in(8))
		sim.code_len = 0;
}

/* ip and sp, and what is told by them where there is no GET. */
static void draw_place(void)
{
	uint64_t ip = 8 + 16 * (uint64_t)(1 + draw_below(0xffffff));
	uint64_t sp = 0x20000 + 16 * (uint64_t)draw_below(0xffffff);

	if (fz.m->bsp) /* which is where the code is */
		return;
	if (fz.f->pointer == 8 || (fz.f->value == 4 && is("x86") && !sim.other_regset))
		sp += is("mips") || draw_one_in(2) ? UINT64_C(0x7ff00000000) : 0;
	if (fz.f->pointer == 8 && draw_one_in(2))
		ip += UINT64_C(0x7ff00000000);
	if (is("parisc") && fz.f->value == 8)
		sp++;
	if (!strcmp(fz.f->name, "x86_64") && fz.op == SECCOMP && draw_one_in(8))
		ip = UINT64_C(0xffffffffff600000) + 0x400 * draw_below(3);
	put(fz.m->at.ip, ip | (is("parisc") ? 3 : 0));
	put(fz.m->at.sp, sp);
	if (fz.m->stack_args)
		draw_stack(sp);
	else
		draw_code(ip);
}

/* arm's mark of entry and exit stops, in r12 or x7 */
void state_mark(void)
{
	if (fz.op == ENTRY || fz.op == EXIT) {
		if (!strcmp(fz.f->name, "arm"))
			put(12, fz.op == EXIT);
		else if (is("arm64"))
			put(7, fz.op == EXIT);
	}
}

void draw_registers(void)
{
	const struct machine *m = fz.m;

	for (unsigned i = 0; i < m->words; i++)
		put((int)i, as_argument(draw_value()));
	fz.hidden = draw();
	for (size_t i = 0; i < COUNT(m->put); i++)
		if (m->put[i].val)
			put(m->put[i].word, m->put[i].val);
	if (!strcmp(fz.f->name, "arm")) /* cpsr */
		put(16, 0x10 | (draw_one_in(2) ? 0x20 : 0));
	state_mark();
	if (is("mips")) {
		sim.user[0] = MIPS_R0;
		put(MIPS_R0, draw_one_in(2) ? 0 : 4000 + draw_below(3000));
	}
	draw_place();
	if (fz.op == EXIT)
		draw_exit();
	else
		draw_call();
	for (int i = 0; i < 48 && m->bsp; i++) /* which hold the arguments */
		sim.code[i] = (unsigned char)draw_below(256);
	if (m->bsp && draw_one_in(4)) /* the template of the bundle before ip */
		sim.code[48] = (unsigned char)draw_below(32);
}

static int draw_refusal(bool get)
{
	static const int errnos[] = { EIO, EIO, EIO, EPERM, ENOSYS, EACCES, EOPNOTSUPP, EINVAL };

	return errnos[draw_below(get ? 8 : 7)];
}

/* Whether only the kernel's request tells which ABI it is. */
static bool needs_get(const struct machine *m)
{
	return m->told && m->family->pick;
}

static void draw_kernel(void)
{
	const struct machine *m = fz.m;
	bool get = !m->no_get && (needs_get(m) || !draw_one_in(4));

	fz.get_errno = get ? 0 : m->no_get ? EIO : draw_refusal(true);
	fz.set_errno = !m->no_set && draw_one_in(2) ? 0 : draw_refusal(false);
	if (fz.get_errno == EINVAL || (fz.get_errno && (is("arm") || is("s390"))))
		/* ... and what SET writes as the number isn't read */
		fz.set_errno = EIO;
	fz.way = (int)draw_below(3);
}

bool state_is_possible(const struct machine *m, uint8_t op, bool get, bool set)
{
	return !(op == SECCOMP && m->no_seccomp) && !(set && m->no_set) &&
	       (get ? !m->no_get
		    : !needs_get(m) && !(set && (m->family == &ptsi_family_arm ||
						 m->family == &ptsi_family_s390)));
}

static void own_family(const struct machine *m)
{
	fz.family = *m->family;
	if (fz.family.pick)
		return;
	for (const struct ptsi_abi *const *row = fz.family.abis; *row; row++)
		if (!strcmp((*row)->name, m->name) && (*row)->arch == m->at.arch)
			fz.family.own = *row;
}

void draw_fault(void)
{
	static const int errnos[] = { EIO,    EPERM,  ESRCH,  EFAULT,    EINVAL,
				      ENODEV, EACCES, ENOSYS, EOPNOTSUPP };
	static const long kinds[] = { PTSI_PEEKUSR,   PTSI_POKEUSR,    PTSI_GETREGSET,
				      PTSI_SETREGSET, PTSI_PEEKDATA,   PTSI_GETSIGINFO,
				      PTSI_POKEDATA,  PTSI_GETEVENTMSG };

	if (fz.fault_is_set)
		return;
	fz.fault = draw_one_in(3) ? (enum fault)(1 + draw_below(3)) : FAULT_NONE;
	fz.fault_at = 1 + draw_below(12);
	fz.fault_errno = errnos[draw_below(COUNT(errnos))];
	fz.fault_request = kinds[draw_below(COUNT(kinds))];
	if (fz.fault_request == PTSI_POKEDATA && fz.m->setregs)
		fz.fault_request = fz.m->setregs;
}

/* One of those that there are on this machine, of the family that was chosen if one was. */
static const struct machine *chosen_machine(void)
{
	static const struct machine *list[256];
	static unsigned n;

	for (int i = 0, first = !n; first && i < n_machines; i++)
		if ((list[n] = machine(i)))
			n++;
	return list[draw_below(n)];
}

void state_make(void)
{
	fz.f = facts_of(fz.m);
	fz.followed = false;
	own_family(fz.m);
	fuzz_family = &fz.family;
	machine_stop(fz.m, HAS_SET, fz.op);
	sim.message = (uint32_t)draw();
	sim.si_signo = draw_one_in(2) ? SIGSTOP : 0;
	draw_registers();
	ptsi_set_ptrace(kernel_ptrace);
	ptsi_use(fz.way);
	fz.told = fz.get_errno && fz.op != NONE && fz.op != SECCOMP &&
		  !(fz.family.mark && draw_one_in(2));
}

void state_draw(void)
{
	fz.m = chosen_machine();
	fz.op = (uint8_t)draw_below(4);
	if (fz.op == SECCOMP && fz.m->no_seccomp)
		fz.op = ENTRY;
	draw_kernel();
	state_make();
}
