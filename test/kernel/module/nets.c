// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The board behind the lines: nets that switches short together, resistors that pull, and others that drive. A level is settled
 * by the strongest on a net: a driven low, then a driven high, then a pull; a net that nothing holds keeps its charge. It all
 * happens within one call, under one lock, so that nobody ever reads a board that is half-way.
 */
#include <linux/bits.h>
#include <linux/spinlock.h>
#include <linux/string.h>

#include "bed.h"

static DEFINE_RAW_SPINLOCK(lock);
static bed_nets_listener on_change;

static struct {
	/* The lines' own side. */
	u64 outputs, values, line_up, line_down;
	/* The board's. */
	u64 board_up, board_down, driven, driven_high;
	u64 shorted[BED_MAX_LINES];
	u64 levels;
	/* Nets on which somebody drives high what another drives low, and how often that has begun. */
	u64 fighting;
	unsigned int contention;
} board;

static void set_bit_of(u64 *mask, unsigned int net, bool on)
{
	*mask = on ? *mask | BIT_ULL(net) : *mask & ~BIT_ULL(net);
}

static u64 nets_joined_with(unsigned int net)
{
	u64 group = BIT_ULL(net), seen = 0;

	while (group != seen) {
		u64 fresh = group & ~seen;

		seen = group;
		for (; fresh; fresh &= fresh - 1)
			group |= board.shorted[__ffs64(fresh)];
	}
	return group;
}

static bool group_is_high(u64 group)
{
	u64 low = (board.outputs & ~board.values) | (board.driven & ~board.driven_high);
	u64 high = (board.outputs & board.values) | (board.driven & board.driven_high);

	if ((group & low) && (group & high)) {
		if (!(group & board.fighting))
			board.contention++;
		board.fighting |= group;
	} else {
		board.fighting &= ~group;
	}
	if (group & low)
		return false;
	if (group & high)
		return true;
	if (group & (board.line_down | board.board_down))
		return false;
	if (group & (board.line_up | board.board_up))
		return true;
	return (group & board.levels) == group;
}

static void settle(void)
{
	u64 before = board.levels, levels = 0, done = 0;
	unsigned int net;

	for (net = 0; net < BED_MAX_LINES; net++) {
		u64 group;

		if (done & BIT_ULL(net))
			continue;
		group = nets_joined_with(net);
		done |= group;
		if (group_is_high(group))
			levels |= group;
	}
	board.levels = levels;
	if (before != levels && on_change)
		on_change(before ^ levels, levels);
}

/* Every change of the board is made by statements between these two. */
#define begin_change(flags) raw_spin_lock_irqsave(&lock, flags)
#define end_change(flags)                            \
	do {                                         \
		settle();                            \
		raw_spin_unlock_irqrestore(&lock, flags); \
	} while (0)

void bed_nets_listen(bed_nets_listener listener)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	on_change = listener;
	raw_spin_unlock_irqrestore(&lock, flags);
}

/* Takes everything off the board, and makes the lines what they are after power-on: inputs without a pull. */
void bed_nets_reset(void)
{
	unsigned long flags;

	begin_change(flags);
	board.outputs = 0;
	board.values = 0;
	board.line_up = 0;
	board.line_down = 0;
	board.board_up = 0;
	board.board_down = 0;
	board.driven = 0;
	board.driven_high = 0;
	board.levels = 0;
	board.fighting = 0;
	board.contention = 0;
	memset(board.shorted, 0, sizeof(board.shorted));
	end_change(flags);
}

u64 bed_nets_levels(void)
{
	return READ_ONCE(board.levels);
}

void bed_nets_input(unsigned int net)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.outputs, net, false);
	end_change(flags);
}

void bed_nets_output(unsigned int net, bool high)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.outputs, net, true);
	set_bit_of(&board.values, net, high);
	end_change(flags);
}

bool bed_nets_is_output(unsigned int net)
{
	return READ_ONCE(board.outputs) & BIT_ULL(net);
}

void bed_nets_write(u64 mask, u64 levels)
{
	unsigned long flags;

	begin_change(flags);
	board.values = (board.values & ~mask) | (levels & mask);
	end_change(flags);
}

void bed_nets_line_pull(unsigned int net, enum bed_pull pull)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.line_up, net, pull == BED_PULL_UP);
	set_bit_of(&board.line_down, net, pull == BED_PULL_DOWN);
	end_change(flags);
}

void bed_nets_board_pull(unsigned int net, enum bed_pull pull)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.board_up, net, pull == BED_PULL_UP);
	set_bit_of(&board.board_down, net, pull == BED_PULL_DOWN);
	end_change(flags);
}

void bed_nets_switch(unsigned int one, unsigned int other, bool closed)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.shorted[one], other, closed);
	set_bit_of(&board.shorted[other], one, closed);
	end_change(flags);
}

void bed_nets_drive(unsigned int net, bool high)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.driven, net, true);
	set_bit_of(&board.driven_high, net, high);
	end_change(flags);
}

void bed_nets_release(unsigned int net)
{
	unsigned long flags;

	begin_change(flags);
	set_bit_of(&board.driven, net, false);
	end_change(flags);
}

void bed_nets_show(struct seq_file *file)
{
	u64 levels, outputs;
	unsigned int contention;
	unsigned long flags;

	raw_spin_lock_irqsave(&lock, flags);
	levels = board.levels;
	outputs = board.outputs;
	contention = board.contention;
	raw_spin_unlock_irqrestore(&lock, flags);
	seq_printf(file, "levels %llx\noutputs %llx\ncontention %u\n", levels, outputs, contention);
}
