// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * A PWM unit with two channels, under the name that it has on a Raspberry Pi 4: drivers go by that. It drives nothing; it remembers
 * what it was told.
 */
#include <linux/err.h>
#include <linux/pwm.h>
#include <linux/spinlock.h>

#include "bed.h"

#define CHANNELS 2
#define UNIT_NAME "fe20c000.pwm"

static struct platform_device *unit;
static struct pwm_chip *chip;
static DEFINE_SPINLOCK(lock);
static struct pwm_state states[CHANNELS];

static int apply(struct pwm_chip *pwm_chip, struct pwm_device *pwm, const struct pwm_state *state)
{
	spin_lock(&lock);
	states[pwm->hwpwm] = *state;
	spin_unlock(&lock);
	return 0;
}

static const struct pwm_ops operations = { .apply = apply };

void bed_pwm_show(struct seq_file *file)
{
	unsigned int channel;

	for (channel = 0; channel < CHANNELS; channel++) {
		struct pwm_state state;

		spin_lock(&lock);
		state = states[channel];
		spin_unlock(&lock);
		seq_printf(file, "pwm%u %llu %llu %u\n", channel, state.period, state.duty_cycle, state.enabled);
	}
}

int bed_pwm_add(void)
{
	int error;

	unit = platform_device_register_simple(UNIT_NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(unit))
		return PTR_ERR(unit);
	chip = pwmchip_alloc(&unit->dev, CHANNELS, 0);
	if (IS_ERR(chip)) {
		error = PTR_ERR(chip);
		goto no_chip;
	}
	chip->ops = &operations;
	error = pwmchip_add(chip);
	if (!error)
		return 0;
	pwmchip_put(chip);
no_chip:
	platform_device_unregister(unit);
	return error;
}

void bed_pwm_remove(void)
{
	pwmchip_remove(chip);
	pwmchip_put(chip);
	platform_device_unregister(unit);
}
