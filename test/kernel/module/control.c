// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * /dev/punchbox-bed: one command per line when written, the state of the board when read. /dev/punchbox-bed-i2c: the record of
 * the I2C bus. README.md lists the commands.
 */
#include <linux/fs.h>
#include <linux/kernel.h>
#include <linux/miscdevice.h>
#include <linux/module.h>
#include <linux/slab.h>
#include <linux/uaccess.h>

#include "bed.h"

/* Longest write; a scripted bounce is a few hundred characters. */
#define MAX_WRITE 4096

static bool is_net(unsigned int net)
{
	return net < BED_MAX_LINES;
}

/* "5 12 300 200": two nets, then microseconds of each further movement. */
static int move_switch(char *text, bool closed)
{
	u32 numbers[2 + BED_MAX_BOUNCES];
	unsigned int count = 0;
	char *word;

	while ((word = strsep(&text, " "))) {
		if (!*word)
			continue;
		if (count == ARRAY_SIZE(numbers) || kstrtou32(word, 10, &numbers[count++]))
			return -EINVAL;
	}
	/* An odd number of movements would leave the switch other than the command says. */
	if (count < 2 || count % 2 || !is_net(numbers[0]) || !is_net(numbers[1]) || numbers[0] == numbers[1])
		return -EINVAL;
	return bed_bounce(numbers[0], numbers[1], closed, numbers + 2, count - 2);
}

static void reset(void)
{
	bed_bounce_stop_all();
	bed_gpio_fail(false);
	bed_nets_reset();
	bed_i2c_reset();
}

static int obey(char *line)
{
	char *rest = line, *command = strsep(&rest, " ");
	unsigned int first = 0, second = 0;
	int count = rest ? sscanf(rest, "%u %u", &first, &second) : 0;
	bool net = count >= 1 && is_net(first);

	if (!strcmp(command, "close") && rest)
		return move_switch(rest, true);
	if (!strcmp(command, "open") && rest)
		return move_switch(rest, false);
	if (!strcmp(command, "drive") && net && count == 2)
		bed_nets_drive(first, second);
	else if (!strcmp(command, "release") && net)
		bed_nets_release(first);
	else if (!strcmp(command, "pull-up") && net)
		bed_nets_board_pull(first, BED_PULL_UP);
	else if (!strcmp(command, "pull-down") && net)
		bed_nets_board_pull(first, BED_PULL_DOWN);
	else if (!strcmp(command, "pull-none") && net)
		bed_nets_board_pull(first, BED_PULL_NONE);
	else if (!strcmp(command, "fail") && count == 1)
		bed_gpio_fail(first);
	else if (!strcmp(command, "i2c-nak") && count == 2)
		bed_i2c_nak(first, second);
	else if (!strcmp(command, "i2c-plug") && count == 1)
		bed_i2c_plug(first);
	else if (!strcmp(command, "i2c-clear"))
		bed_i2c_reset();
	else if (!strcmp(command, "reset"))
		reset();
	else
		return -EINVAL;
	return 0;
}

static ssize_t control_write(struct file *file, const char __user *user, size_t length, loff_t *position)
{
	char *text, *rest, *line;
	int error = 0;

	if (length > MAX_WRITE)
		return -E2BIG;
	text = memdup_user_nul(user, length);
	if (IS_ERR(text))
		return PTR_ERR(text);
	rest = text;
	while (!error && (line = strsep(&rest, "\n")))
		if (*line)
			error = obey(line);
	kfree(text);
	return error ? error : length;
}

static int state_show(struct seq_file *file, void *unused)
{
	bed_nets_show(file);
	bed_pwm_show(file);
	return 0;
}

/* The misc device leaves itself in private_data, where seq_file wants nothing. */
static int state_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return single_open(file, state_show, NULL);
}

static const struct file_operations control_operations = {
	.owner = THIS_MODULE,
	.open = state_open,
	.read = seq_read,
	.write = control_write,
	.llseek = seq_lseek,
	.release = single_release,
};

static int record_show(struct seq_file *file, void *unused)
{
	bed_i2c_show(file);
	return 0;
}

static int record_open(struct inode *inode, struct file *file)
{
	file->private_data = NULL;
	return single_open(file, record_show, NULL);
}

static const struct file_operations record_operations = {
	.owner = THIS_MODULE,
	.open = record_open,
	.read = seq_read,
	.llseek = seq_lseek,
	.release = single_release,
};

static struct miscdevice control = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = BED_NAME,
	.fops = &control_operations,
};
static struct miscdevice i2c_record = {
	.minor = MISC_DYNAMIC_MINOR,
	.name = BED_NAME "-i2c",
	.fops = &record_operations,
};

int bed_control_add(void)
{
	int error = misc_register(&control);

	if (error)
		return error;
	error = misc_register(&i2c_record);
	if (error)
		misc_deregister(&control);
	return error;
}

void bed_control_remove(void)
{
	misc_deregister(&i2c_record);
	misc_deregister(&control);
}
