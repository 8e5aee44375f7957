/**
 * The GPIO character device's v2 interface: requests, flags and layouts of linux/gpio.h (Linux 5.10 and later), the same on
 * all 64-bit machines. Offsets are in bytes; everything is little-endian.
 */

/** GPIO_GET_CHIPINFO_IOCTL: name[32], label[32], lines (u32). */
export const GET_CHIPINFO = 0x8044b401;
export const CHIPINFO = { bytes: 68, label: 32, labelBytes: 32, lines: 64 } as const;

/** GPIO_V2_GET_LINEINFO_IOCTL: struct gpio_v2_line_info, with the line's offset filled in. */
export const GET_LINE_INFO = 0xc100b405;
export const LINE_INFO = {
  bytes: 256,
  name: 0,
  nameBytes: 32,
  consumer: 32,
  consumerBytes: 32,
  offset: 64,
  flags: 72,
} as const;

/** GPIO_V2_GET_LINE_IOCTL: struct gpio_v2_line_request. */
export const GET_LINE = 0xc250b407;
export const LINE_REQUEST = {
  bytes: 592,
  offsets: 0,
  consumer: 256,
  consumerBytes: 32,
  flags: 288,
  attributeCount: 296,
  attributes: 320,
  lineCount: 560,
  eventBufferSize: 564,
  fd: 588,
} as const;
export const MAX_LINES = 64;

/** struct gpio_v2_line_config_attribute: id (u32), padding, flags or values (u64), mask of lines (u64). */
export const ATTRIBUTE = { bytes: 24, id: 0, value: 8, mask: 16 } as const;
export const MAX_ATTRIBUTES = 10;
export const ATTRIBUTE_FLAGS = 1;
export const ATTRIBUTE_OUTPUT_VALUES = 2;

/** GPIO_V2_LINE_SET_CONFIG_IOCTL: struct gpio_v2_line_config; flags (u64) for all lines that no attribute is for. */
export const SET_CONFIG = 0xc110b40d;
export const LINE_CONFIG = { bytes: 272, flags: 0 } as const;

/** GPIO_V2_LINE_GET_VALUES_IOCTL, GPIO_V2_LINE_SET_VALUES_IOCTL: bits (u64), mask (u64). */
export const GET_VALUES = 0xc010b40e;
export const SET_VALUES = 0xc010b40f;
export const LINE_VALUES = { bytes: 16, bits: 0, mask: 8 } as const;

/** enum gpio_v2_line_flag. All that are used here fit 32 bits. */
export const FLAG = {
  used: 1 << 0,
  input: 1 << 2,
  output: 1 << 3,
  edgeRising: 1 << 4,
  edgeFalling: 1 << 5,
  openDrain: 1 << 6,
  pullUp: 1 << 8,
  pullDown: 1 << 9,
  biasDisabled: 1 << 10,
} as const;

/** struct gpio_v2_line_event: timestamp_ns (u64, CLOCK_MONOTONIC), id, offset, seqno, line_seqno (u32 each). */
export const LINE_EVENT = { bytes: 48, timestampNs: 0, id: 8, offset: 12 } as const;
export const EVENT_RISING = 1;
export const EVENT_FALLING = 2;

/** Error numbers of asm-generic/errno-base.h, which a system call returns negated. */
export const ERRNO = {
  notPermitted: 1,
  noEntry: 2,
  io: 5,
  again: 11,
  access: 13,
  busy: 16,
  noDevice: 19,
  invalid: 22,
  noSuchRequest: 25,
} as const;

/** The system calls that the driver makes. Each returns a negated error number where it fails, and never throws. */
export interface GpioKernel {
  /** Paths of the GPIO chips there are: `/dev/gpiochip0` and so on. */
  chipPaths(): readonly string[];
  /** Returns a file descriptor. */
  open(path: string): number;
  ioctl(fd: number, request: number, argument: Uint8Array): number;
  /** Returns the number of bytes. Called only when readable. */
  read(fd: number, into: Uint8Array): number;
  close(fd: number): void;
  /** Calls `onReadable` from the event loop while there is something to read, until the call that it returns. */
  watch(fd: number, onReadable: () => void): () => void;
  /** CLOCK_MONOTONIC, nanoseconds: the clock that edges are stamped with. */
  monotonicNs(): bigint;
}
