// SPDX-License-Identifier: GPL-2.0-or-later
/* Puts the bench together when the module is loaded, and takes it apart again. */
#include <linux/err.h>
#include <linux/module.h>
#include <linux/platform_device.h>

#include "bed.h"

static struct platform_device *bench;

static int __init bed_init(void)
{
	int error;

	bench = platform_device_register_simple(BED_NAME, PLATFORM_DEVID_NONE, NULL, 0);
	if (IS_ERR(bench))
		return PTR_ERR(bench);
	bed_bounce_init();
	error = bed_gpio_add(bench);
	if (error)
		goto no_gpio;
	error = bed_i2c_add(bench);
	if (error)
		goto no_i2c;
	error = bed_pwm_add();
	if (error)
		goto no_pwm;
	error = bed_control_add();
	if (error)
		goto no_control;
	return 0;

no_control:
	bed_pwm_remove();
no_pwm:
	bed_i2c_remove();
no_i2c:
	bed_gpio_remove();
no_gpio:
	platform_device_unregister(bench);
	return error;
}

static void __exit bed_exit(void)
{
	bed_control_remove();
	bed_bounce_stop_all();
	bed_pwm_remove();
	bed_i2c_remove();
	bed_gpio_remove();
	platform_device_unregister(bench);
}

module_init(bed_init);
module_exit(bed_exit);
MODULE_LICENSE("GPL");
MODULE_DESCRIPTION("Punchbox's bench: GPIO lines whose other ends are nets with switches, a PCF8574 on I2C, PWM");
