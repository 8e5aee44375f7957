// SPDX-License-Identifier: GPL-2.0-or-later
/*
 * An I2C bus with one PCF8574 on it. Each transaction is kept, with its bytes, until somebody reads the record: a test puts them into
 * a model of what is soldered to the expander.
 */
#include <linux/delay.h>
#include <linux/i2c.h>
#include <linux/ktime.h>
#include <linux/module.h>
#include <linux/mutex.h>

#include "bed.h"

static ushort address = 0x27;
module_param(address, ushort, 0444);
MODULE_PARM_DESC(address, "of the PCF8574, 7 bits");
static uint nak_errno = EREMOTEIO;
module_param(nak_errno, uint, 0644);
MODULE_PARM_DESC(nak_errno, "error number of what is not acknowledged; adapters differ, the Raspberry Pi's say EREMOTEIO");

static uint clock_hz = 100000;
module_param(clock_hz, uint, 0644);
MODULE_PARM_DESC(clock_hz, "of the bus: a transaction takes as long as its bits");

/* Eight bits and the acknowledge; start and stop take about a bit each. */
#define BITS_PER_BYTE 9
#define FRAMING_BITS 2

/* All outputs are high after power-on (PCF8574 datasheet, section 8.2). */
#define POWER_ON_OUTPUTS 0xff
/* A minute of a display that is painted again and again; and the 4 ms that a transaction of its driver takes, at 400 kHz. */
#define RECORD_TRANSACTIONS 2048
#define RECORD_BYTES 256

struct transaction {
	/* 'W', 'R', or 'N' for one that was not acknowledged at its address or after its bytes. */
	char kind;
	u16 address;
	u16 length;
	ktime_t start;
	u8 bytes[RECORD_BYTES];
};

static DEFINE_MUTEX(bus);
static struct transaction record[RECORD_TRANSACTIONS];
static unsigned int recorded, lost;
static u8 outputs = POWER_ON_OUTPUTS;
static bool plugged = true;
static unsigned int nak_transactions, nak_after_bytes;

static void keep(char kind, const struct i2c_msg *message, unsigned int length, ktime_t start)
{
	struct transaction *entry;

	if (recorded == RECORD_TRANSACTIONS || length > RECORD_BYTES) {
		lost++;
		return;
	}
	entry = &record[recorded++];
	entry->kind = kind;
	entry->address = message->addr;
	entry->length = length;
	entry->start = start;
	memcpy(entry->bytes, message->buf, length);
}

static int transfer_message(struct i2c_msg *message)
{
	unsigned int index, length = message->len;
	bool nak = !plugged || message->addr != address;
	ktime_t start = ktime_get();

	if (nak) {
		length = 0;
	} else if (nak_transactions) {
		nak_transactions--;
		nak = true;
		length = min(length, nak_after_bytes);
	}
	for (index = 0; index < length; index++) {
		if (message->flags & I2C_M_RD)
			message->buf[index] = outputs;
		else
			outputs = message->buf[index];
	}
	keep(nak ? 'N' : message->flags & I2C_M_RD ? 'R' : 'W', message, length, start);
	fsleep(((1 + length) * BITS_PER_BYTE + FRAMING_BITS) * USEC_PER_SEC / clock_hz);
	return nak ? -(int)nak_errno : 0;
}

static int transfer(struct i2c_adapter *adapter, struct i2c_msg *messages, int count)
{
	int index, result = 0;

	mutex_lock(&bus);
	for (index = 0; index < count && !result; index++)
		result = transfer_message(&messages[index]);
	mutex_unlock(&bus);
	return result ? result : count;
}

static u32 functionality(struct i2c_adapter *adapter)
{
	return I2C_FUNC_I2C | I2C_FUNC_SMBUS_EMUL;
}

static const struct i2c_algorithm algorithm = {
	.master_xfer = transfer,
	.functionality = functionality,
};

static struct i2c_adapter adapter = {
	.owner = THIS_MODULE,
	.name = BED_NAME,
	.algo = &algorithm,
};

void bed_i2c_reset(void)
{
	mutex_lock(&bus);
	recorded = 0;
	lost = 0;
	nak_transactions = 0;
	plugged = true;
	outputs = POWER_ON_OUTPUTS;
	mutex_unlock(&bus);
}

void bed_i2c_nak(unsigned int transactions, unsigned int after_bytes)
{
	mutex_lock(&bus);
	nak_transactions = transactions;
	nak_after_bytes = after_bytes;
	mutex_unlock(&bus);
}

void bed_i2c_plug(bool present)
{
	mutex_lock(&bus);
	plugged = present;
	if (present)
		outputs = POWER_ON_OUTPUTS;
	mutex_unlock(&bus);
}

void bed_i2c_show(struct seq_file *file)
{
	unsigned int index, at;

	mutex_lock(&bus);
	seq_printf(file, "lost %u\n", lost);
	for (index = 0; index < recorded; index++) {
		const struct transaction *entry = &record[index];

		seq_printf(file, "%c %lld %02x ", entry->kind, ktime_to_ns(entry->start), entry->address);
		for (at = 0; at < entry->length; at++)
			seq_printf(file, "%02x", entry->bytes[at]);
		seq_putc(file, '\n');
	}
	mutex_unlock(&bus);
}

int bed_i2c_add(struct platform_device *parent)
{
	adapter.dev.parent = &parent->dev;
	return i2c_add_adapter(&adapter);
}

void bed_i2c_remove(void)
{
	i2c_del_adapter(&adapter);
}
