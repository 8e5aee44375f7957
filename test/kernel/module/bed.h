/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * A bench with a Raspberry Pi's header on it, as far as the kernel can tell: the parts of this module and what they ask of each
 * other. README.md says what it is for and how it is controlled.
 */
#ifndef PUNCHBOX_BED_H
#define PUNCHBOX_BED_H

#include <linux/platform_device.h>
#include <linux/seq_file.h>
#include <linux/types.h>

#define BED_NAME "punchbox-bed"

/* A mask of nets is one 64-bit word. */
#define BED_MAX_LINES 64
/* A BCM2711 has 58 lines; the header has the first 28 of them. */
#define BED_DEFAULT_LINES 58

/* nets.c: what is at the other end of the lines. All of it may be called from any context. */
typedef void (*bed_nets_listener)(u64 changed, u64 levels);

void bed_nets_reset(void);
void bed_nets_listen(bed_nets_listener listener);
u64 bed_nets_levels(void);
/* The line of @net becomes an input; its own pull stays as it is. */
void bed_nets_input(unsigned int net);
void bed_nets_output(unsigned int net, bool high);
bool bed_nets_is_output(unsigned int net);
/* Sets the lines in @mask at one instant; those that are inputs remember it for when they are outputs. */
void bed_nets_write(u64 mask, u64 levels);
enum bed_pull { BED_PULL_NONE, BED_PULL_UP, BED_PULL_DOWN };
/* The pull inside the line, as pin configuration sets it. */
void bed_nets_line_pull(unsigned int net, enum bed_pull pull);
/* A resistor on the board. */
void bed_nets_board_pull(unsigned int net, enum bed_pull pull);
void bed_nets_switch(unsigned int one, unsigned int other, bool closed);
/* Something else on the board drives @net, or lets go of it. */
void bed_nets_drive(unsigned int net, bool high);
void bed_nets_release(unsigned int net);
void bed_nets_show(struct seq_file *file);

/* bounce.c: switches that close and open several times before they rest. */
#define BED_MAX_BOUNCES 64

void bed_bounce_init(void);
void bed_bounce_stop_all(void);
/*
 * Moves the switch between two nets now, then again after each of @count times, in microseconds. -EBUSY when too many
 * switches are still bouncing.
 */
int bed_bounce(unsigned int one, unsigned int other, bool closed, const u32 *times_us, unsigned int count);

/* gpio.c: the gpiochip whose lines are the nets. */
int bed_gpio_add(struct platform_device *parent);
void bed_gpio_remove(void);
/* From now on all reading and setting of lines fails with -EIO, where the kernel's interface can tell. */
void bed_gpio_fail(bool failing);

/* i2c.c: a bus with one PCF8574 on it. */
int bed_i2c_add(struct platform_device *parent);
void bed_i2c_remove(void);
void bed_i2c_reset(void);
/* The next @transactions are not acknowledged any more after @after_bytes data bytes. */
void bed_i2c_nak(unsigned int transactions, unsigned int after_bytes);
/* Plugs the chip in, which then has all outputs high, or pulls it out. */
void bed_i2c_plug(bool present);
void bed_i2c_show(struct seq_file *file);

/* pwm.c: a PWM unit that remembers what it was told. */
int bed_pwm_add(void);
void bed_pwm_remove(void);
void bed_pwm_show(struct seq_file *file);

/* control.c: the device that a test talks with. */
int bed_control_add(void);
void bed_control_remove(void);

#endif
