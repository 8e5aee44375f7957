// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * The gpiochip, with an interrupt controller of its own: edges of the nets become interrupts of the lines through irq_work, which
 * runs in interrupt context on the processor that moved the net. (The kernel's own interrupt simulator is not in Debian's kernels.)
 *
 * Where drivers of the Raspberry Pi differ from other chips, this one does as they do: no open drain in hardware, so that the GPIO
 * library makes it from the direction; pulls; and outputs that stay outputs when they are freed, as Raspberry Pi OS has it.
 */
#include <linux/gpio/driver.h>
#include <linux/irq_work.h>
#include <linux/module.h>
#include <linux/pinctrl/pinconf-generic.h>
#include <linux/spinlock.h>

#include "bed.h"

static int base = -1;
module_param(base, int, 0444);
MODULE_PARM_DESC(base, "number of the first line in sysfs: 0 before Linux 6.6, 512 since");
static char *label = "pinctrl-bcm2711";
module_param(label, charp, 0444);
MODULE_PARM_DESC(label, "the chip's label");
static unsigned int lines = BED_DEFAULT_LINES;
module_param(lines, uint, 0444);
MODULE_PARM_DESC(lines, "how many lines the chip has");
static bool persist = true;
module_param(persist, bool, 0644);
MODULE_PARM_DESC(persist, "whether outputs stay outputs when they are freed");

static struct gpio_chip chip;
static bool failing;

/* Interrupts: which lines want which edges, and what has happened and not been handled. */
static DEFINE_RAW_SPINLOCK(irq_lock);
static u64 irq_enabled, irq_rising, irq_falling, irq_pending;

static void handle_pending(struct irq_work *work)
{
	unsigned long flags;
	u64 pending;

	raw_spin_lock_irqsave(&irq_lock, flags);
	pending = irq_pending;
	irq_pending = 0;
	raw_spin_unlock_irqrestore(&irq_lock, flags);
	for (; pending; pending &= pending - 1)
		generic_handle_domain_irq(chip.irq.domain, __ffs64(pending));
}
static struct irq_work irq_work = IRQ_WORK_INIT_HARD(handle_pending);

static void nets_changed(u64 changed, u64 levels)
{
	unsigned long flags;
	u64 edges;

	raw_spin_lock_irqsave(&irq_lock, flags);
	edges = changed & irq_enabled & ((levels & irq_rising) | (~levels & irq_falling));
	irq_pending |= edges;
	raw_spin_unlock_irqrestore(&irq_lock, flags);
	if (edges)
		irq_work_queue(&irq_work);
}

static void enable_irq_of(irq_hw_number_t line, bool enable)
{
	unsigned long flags;

	raw_spin_lock_irqsave(&irq_lock, flags);
	irq_enabled = enable ? irq_enabled | BIT_ULL(line) : irq_enabled & ~BIT_ULL(line);
	raw_spin_unlock_irqrestore(&irq_lock, flags);
}

static void irq_mask(struct irq_data *data)
{
	enable_irq_of(irqd_to_hwirq(data), false);
	gpiochip_disable_irq(&chip, irqd_to_hwirq(data));
}

static void irq_unmask(struct irq_data *data)
{
	gpiochip_enable_irq(&chip, irqd_to_hwirq(data));
	enable_irq_of(irqd_to_hwirq(data), true);
}

static int irq_set_type(struct irq_data *data, unsigned int type)
{
	u64 bit = BIT_ULL(irqd_to_hwirq(data));
	unsigned long flags;

	if (type & IRQ_TYPE_LEVEL_MASK)
		return -EINVAL;
	raw_spin_lock_irqsave(&irq_lock, flags);
	irq_rising = type & IRQ_TYPE_EDGE_RISING ? irq_rising | bit : irq_rising & ~bit;
	irq_falling = type & IRQ_TYPE_EDGE_FALLING ? irq_falling | bit : irq_falling & ~bit;
	raw_spin_unlock_irqrestore(&irq_lock, flags);
	return 0;
}

static const struct irq_chip bed_irq_chip = {
	.name = BED_NAME,
	.irq_mask = irq_mask,
	.irq_unmask = irq_unmask,
	.irq_set_type = irq_set_type,
	.flags = IRQCHIP_IMMUTABLE,
	GPIOCHIP_IRQ_RESOURCE_HELPERS,
};

static int line_direction(struct gpio_chip *gc, unsigned int line)
{
	return bed_nets_is_output(line) ? GPIO_LINE_DIRECTION_OUT : GPIO_LINE_DIRECTION_IN;
}

static int line_input(struct gpio_chip *gc, unsigned int line)
{
	if (READ_ONCE(failing))
		return -EIO;
	bed_nets_input(line);
	return 0;
}

static int line_output(struct gpio_chip *gc, unsigned int line, int value)
{
	if (READ_ONCE(failing))
		return -EIO;
	bed_nets_output(line, value);
	return 0;
}

static int line_get(struct gpio_chip *gc, unsigned int line)
{
	if (READ_ONCE(failing))
		return -EIO;
	return !!(bed_nets_levels() & BIT_ULL(line));
}

static int lines_get(struct gpio_chip *gc, unsigned long *mask, unsigned long *bits)
{
	if (READ_ONCE(failing))
		return -EIO;
	bits[0] = (bits[0] & ~mask[0]) | (bed_nets_levels() & mask[0]);
	return 0;
}

/* Before Linux 6.17 a chip cannot say that setting failed. */
static void line_set(struct gpio_chip *gc, unsigned int line, int value)
{
	if (!READ_ONCE(failing))
		bed_nets_write(BIT_ULL(line), value ? BIT_ULL(line) : 0);
}

static void lines_set(struct gpio_chip *gc, unsigned long *mask, unsigned long *bits)
{
	if (!READ_ONCE(failing))
		bed_nets_write(mask[0], bits[0]);
}

static int line_configure(struct gpio_chip *gc, unsigned int line, unsigned long config)
{
	switch (pinconf_to_config_param(config)) {
	case PIN_CONFIG_BIAS_PULL_UP:
		bed_nets_line_pull(line, BED_PULL_UP);
		return 0;
	case PIN_CONFIG_BIAS_PULL_DOWN:
		bed_nets_line_pull(line, BED_PULL_DOWN);
		return 0;
	case PIN_CONFIG_BIAS_DISABLE:
		bed_nets_line_pull(line, BED_PULL_NONE);
		return 0;
	default:
		return -ENOTSUPP;
	}
}

static void line_free(struct gpio_chip *gc, unsigned int line)
{
	if (!persist)
		bed_nets_input(line);
}

void bed_gpio_fail(bool fail)
{
	WRITE_ONCE(failing, fail);
}

int bed_gpio_add(struct platform_device *parent)
{
	if (lines < 1 || lines > BED_MAX_LINES)
		return -EINVAL;
	chip = (struct gpio_chip) {
		.label = label,
		.parent = &parent->dev,
		.owner = THIS_MODULE,
		.base = base,
		.ngpio = lines,
		.free = line_free,
		.get_direction = line_direction,
		.direction_input = line_input,
		.direction_output = line_output,
		.get = line_get,
		.get_multiple = lines_get,
		.set = line_set,
		.set_multiple = lines_set,
		.set_config = line_configure,
	};
	gpio_irq_chip_set_chip(&chip.irq, &bed_irq_chip);
	chip.irq.handler = handle_simple_irq;
	chip.irq.default_type = IRQ_TYPE_NONE;
	bed_nets_listen(nets_changed);
	return gpiochip_add_data(&chip, NULL);
}

void bed_gpio_remove(void)
{
	bed_nets_listen(NULL);
	irq_work_sync(&irq_work);
	gpiochip_remove(&chip);
}
