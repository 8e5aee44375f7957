// SPDX-License-Identifier: GPL-2.0-or-later
/* Contacts that bounce by a script: the kernel's own high-resolution timer moves the switch, whatever user space is doing. */
#include <linux/errno.h>
#include <linux/hrtimer.h>
#include <linux/ktime.h>
#include <linux/mutex.h>
#include <linux/string.h>

#include "bed.h"

/* As many switches as a keypad has keys may bounce at a time. */
#define MAX_SWITCHES 16

struct bouncing_switch {
	struct hrtimer timer;
	unsigned int one, other;
	bool closed;
	u32 times_us[BED_MAX_BOUNCES];
	unsigned int count, next;
};

static struct bouncing_switch switches[MAX_SWITCHES];
/* Commands come one at a time; a timer touches only its own switch. */
static DEFINE_MUTEX(commands);

static enum hrtimer_restart move_again(struct hrtimer *timer)
{
	struct bouncing_switch *bouncing = container_of(timer, struct bouncing_switch, timer);

	bouncing->closed = !bouncing->closed;
	bed_nets_switch(bouncing->one, bouncing->other, bouncing->closed);
	if (++bouncing->next == bouncing->count)
		return HRTIMER_NORESTART;
	hrtimer_forward_now(timer, ns_to_ktime((u64)bouncing->times_us[bouncing->next] * NSEC_PER_USEC));
	return HRTIMER_RESTART;
}

static bool same_switch(const struct bouncing_switch *bouncing, unsigned int one, unsigned int other)
{
	return (bouncing->one == one && bouncing->other == other) ||
	       (bouncing->one == other && bouncing->other == one);
}

void bed_bounce_init(void)
{
	unsigned int index;

	for (index = 0; index < MAX_SWITCHES; index++) {
		hrtimer_init(&switches[index].timer, CLOCK_MONOTONIC, HRTIMER_MODE_REL_HARD);
		switches[index].timer.function = move_again;
	}
}

void bed_bounce_stop_all(void)
{
	unsigned int index;

	mutex_lock(&commands);
	for (index = 0; index < MAX_SWITCHES; index++)
		hrtimer_cancel(&switches[index].timer);
	mutex_unlock(&commands);
}

int bed_bounce(unsigned int one, unsigned int other, bool closed, const u32 *times_us, unsigned int count)
{
	struct bouncing_switch *bouncing = NULL;
	unsigned int index;

	mutex_lock(&commands);
	for (index = 0; index < MAX_SWITCHES; index++) {
		struct bouncing_switch *each = &switches[index];

		if (same_switch(each, one, other))
			hrtimer_cancel(&each->timer);
		if (!hrtimer_active(&each->timer))
			bouncing = each;
	}
	if (count && !bouncing) {
		mutex_unlock(&commands);
		return -EBUSY;
	}
	bed_nets_switch(one, other, closed);
	if (count) {
		bouncing->one = one;
		bouncing->other = other;
		bouncing->closed = closed;
		bouncing->count = count;
		bouncing->next = 0;
		memcpy(bouncing->times_us, times_us, count * sizeof(*times_us));
		hrtimer_start(&bouncing->timer, ns_to_ktime((u64)times_us[0] * NSEC_PER_USEC), HRTIMER_MODE_REL_HARD);
	}
	mutex_unlock(&commands);
	return 0;
}
