// SPDX-License-Identifier: LGPL-2.1-or-later OR MIT
/*
 * Registers in and out with the fewest requests: words one by one through PEEKUSR and
 * POKEUSR where the architecture has them, else through the regset NT_PRSTATUS.
 */
#include <string.h>
#include <sys/uio.h>

#include "stop.h"

/* Up to here words are poked singly: measured, 3 POKEUSR cost less than GETREGSET + SETREGSET. */
#define POKES_MAX 3

uint64_t ptsi_regs_image_get(const struct ptsi_abi *abi, const struct ptsi_image *image, int word)
{
	const unsigned char *p = image->bytes + (size_t)PTSI_INDEX(word) * abi->word;
	uint64_t v = 0;

	for (unsigned i = 0; i < abi->word; i++)
		v |= (uint64_t)p[abi->big ? abi->word - 1 - i : i] << (8 * i);
	return v;
}

void ptsi_regs_image_put(const struct ptsi_abi *abi, struct ptsi_image *image, int word,
			 uint64_t val)
{
	unsigned char *p = image->bytes + (size_t)PTSI_INDEX(word) * abi->word;

	for (unsigned i = 0; i < abi->word; i++)
		p[abi->big ? abi->word - 1 - i : i] = (unsigned char)(val >> (8 * i));
}

static bool differs(const struct ptsi_abi *abi, const struct ptsi_edit *e)
{
	return ((e->old ^ e->val) & (abi->word == 8 ? UINT64_MAX : UINT32_MAX)) != 0;
}

int ptsi_regs_read(struct ptsi_stop *st)
{
	struct iovec iov = { st->image.bytes, sizeof st->image.bytes };

	if (st->image.len)
		return 0;
	if (st->family->read)
		return st->family->read(st);
	if (st->family->read_max)
		iov.iov_len = st->family->read_max;
	if (ptsi_request(st, PTSI_GETREGSET, PTSI_NT_PRSTATUS, &iov) < 0)
		return -1;
	st->image.len = iov.iov_len;
	return 0;
}

static int write_image(struct ptsi_stop *st, struct ptsi_image *image, size_t len)
{
	struct iovec iov = { image->bytes, len };

	if (st->family->write)
		return st->family->write(st, image, len);
	return ptsi_request(st, PTSI_SETREGSET, PTSI_NT_PRSTATUS, &iov) < 0 ? -1 : 0;
}

static unsigned long user_address(const struct ptsi_abi *abi, int word)
{
	return (unsigned long)PTSI_INDEX(word) * abi->poke;
}

int ptsi_regs_word_of(struct ptsi_stop *st, const struct ptsi_abi *abi, int word, uint64_t *val)
{
	unsigned long v = 0;

	if (word <= 0 || (!abi->size && !abi->poke))
		return ptsi_fail(EOPNOTSUPP);
	if (!abi->size || (abi->poke && !st->image.len)) {
		if (ptsi_request(st, PTSI_PEEKUSR, user_address(abi, word), &v) < 0)
			return -1;
		*val = v;
		return 0;
	}
	if (ptsi_regs_read(st) < 0)
		return -1;
	*val = ptsi_regs_image_get(abi, &st->image, word);
	return 0;
}

static int poke(const struct ptsi_stop *st, int word, uint64_t val)
{
	void *data = (void *)(uintptr_t)val;

	return ptsi_request(st, PTSI_POKEUSR, user_address(st->abi, word), data) < 0 ? -1 : 0;
}

static struct ptsi_edit *edit_of(struct ptsi_edits *ed, int word)
{
	unsigned i;

	for (i = 0; i < ed->n; i++)
		if (ed->e[i].word == word)
			return &ed->e[i];
	ed->e[ed->n].word = word;
	ed->e[ed->n].known = false;
	return &ed->e[ed->n++];
}

void ptsi_regs_edit(struct ptsi_edits *ed, int word, uint64_t val)
{
	if (word)
		edit_of(ed, word)->val = val;
}

void ptsi_regs_edit_known(struct ptsi_edits *ed, int word, uint64_t old, uint64_t val)
{
	struct ptsi_edit *e;

	if (!word)
		return;
	e = edit_of(ed, word);
	e->known = true;
	e->old = old;
	e->val = val;
}

/*
 * Before words are poked one by one: of those whose old value isn't known one can go last
 * and need not be read, since there is nothing to undo when the last write fails.  The
 * others are read now.
 */
static int learn_old(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	unsigned last = ed->keep_old ? ed->n : ed->n - 1;

	for (unsigned i = 0; i < ed->n && !ed->keep_old; i++) {
		if (!ed->e[i].known) {
			struct ptsi_edit e = ed->e[i];

			ed->e[i] = ed->e[last];
			ed->e[last] = e;
			break;
		}
	}
	for (unsigned i = 0; i < last; i++) {
		if (!ed->e[i].known && ptsi_regs_word(st, ed->e[i].word, &ed->e[i].old) < 0)
			return -1;
		ed->e[i].known = true;
	}
	return 0;
}

static int poke_all(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	if (learn_old(st, ed) < 0)
		return -1;
	for (unsigned i = 0; i < ed->n; i++) {
		if (ed->e[i].known && !differs(st->abi, &ed->e[i]))
			continue;
		if (poke(st, ed->e[i].word, ed->e[i].val) < 0) {
			int err = errno;

			while (i--)
				poke(st, ed->e[i].word, ed->e[i].old);
			return ptsi_fail(err);
		}
	}
	return 0;
}

/* The kernel may have stored some words of a SETREGSET that failed: write the old ones back. */
static int set_image(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	const struct ptsi_abi *abi = st->abi;
	struct ptsi_image image;
	size_t len = abi->prefix ? 0 : abi->size;

	if (ptsi_regs_read(st) < 0)
		return -1;
	memcpy(image.bytes, st->image.bytes, st->image.len);
	for (unsigned i = 0; i < ed->n; i++) {
		size_t end = (size_t)ed->e[i].word * abi->word;

		if (end > st->image.len)
			return ptsi_fail(EOPNOTSUPP);
		ed->e[i].old = ptsi_regs_image_get(abi, &st->image, ed->e[i].word);
		ed->e[i].known = true;
		ptsi_regs_image_put(abi, &image, ed->e[i].word, ed->e[i].val);
		if (end > len)
			len = end;
	}
	if (memcmp(image.bytes, st->image.bytes, len) == 0)
		return 0;
	if (write_image(st, &image, len) < 0) {
		int err = errno;

		write_image(st, &st->image, len);
		return ptsi_fail(err);
	}
	return 0;
}

/* Take out what changes nothing, and return the number, taken out too, if a hook sets it. */
static struct ptsi_edit take_nr(const struct ptsi_abi *abi, struct ptsi_edits *ed)
{
	struct ptsi_edit nr = { .word = 0 };
	struct ptsi_edit *to = ed->e;

	for (const struct ptsi_edit *e = ed->e; e < ed->e + ed->n; e++) {
		if (e->known && !differs(abi, e))
			continue;
		if (e->word == PTSI_NR_CALL)
			nr = *e;
		else
			*to++ = *e;
	}
	ed->n = (unsigned)(to - ed->e);
	return nr;
}

static int write_words(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	if (ed->n == 0)
		return 0;
	if (st->abi->poke && (ed->n <= POKES_MAX || !st->abi->size))
		return poke_all(st, ed);
	return st->abi->size ? set_image(st, ed) : ptsi_fail(EOPNOTSUPP);
}

/* Take back what was written, as far as the tracee is still there.  -1, and errno stays. */
int ptsi_regs_undo(struct ptsi_stop *st, const struct ptsi_edits *ed)
{
	struct ptsi_edits back = { .n = 0 };
	int err = errno;

	for (unsigned i = 0; i < ed->n; i++)
		ptsi_regs_edit_known(&back, ed->e[i].word, ed->e[i].val, ed->e[i].old);
	ptsi_regs_write(st, &back);
	return ptsi_fail(err);
}

static int write_nr_first(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_edit *nr)
{
	if (st->abi->write_nr(st, (int)nr->val) < 0)
		return -1;
	if (write_words(st, ed) < 0) {
		int err = errno;

		st->abi->write_nr(st, (int)nr->old);
		return ptsi_fail(err);
	}
	return 0;
}

static int write_nr_last(struct ptsi_stop *st, struct ptsi_edits *ed, const struct ptsi_edit *nr)
{
	ed->keep_old = true;
	if (write_words(st, ed) < 0)
		return -1;
	st->image.len = 0; /* it holds what was there before */
	return st->abi->write_nr(st, (int)nr->val) < 0 ? ptsi_regs_undo(st, ed) : 0;
}

/*
 * Make all the changes or none.  Where the number has a call of its own, and can be put back, it
 * goes first: a write of -1 there must not come after that of the result (arm64's kernel would
 * take the result for the first argument).  Where it isn't known what to put back it goes last.
 */
int ptsi_regs_write(struct ptsi_stop *st, struct ptsi_edits *ed)
{
	struct ptsi_edit nr = take_nr(st->abi, ed);
	int r;

	if (nr.word != PTSI_NR_CALL)
		r = write_words(st, ed);
	else if (nr.known)
		r = write_nr_first(st, ed, &nr);
	else
		r = write_nr_last(st, ed, &nr);
	if (r < 0)
		return -1;
	if (nr.word == PTSI_NR_CALL)
		ed->e[ed->n++] = nr;
	st->image.len = 0;
	return 0;
}
