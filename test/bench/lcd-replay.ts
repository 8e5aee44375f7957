import type { DisplaySize } from "../../hal/ports.ts";
import { ChipImage, GLYPH_ROWS, GLYPH_SLOTS } from "../../hal/lcd/chip-image.ts";
import { Pcf8574Bus } from "../../hal/lcd/bus-pcf8574.ts";
import { geometryOf } from "../../hal/lcd/geometry.ts";
import { Hd44780Display } from "../../hal/lcd/hd44780.ts";
import type { LcdBus, LcdByte } from "../../hal/lcd/lcd-bus.ts";
import { Hd44780 } from "../../sim/chips/hd44780.ts";
import { SimulatedI2cBus } from "../../sim/chips/i2c-bus.ts";
import { Pcf8574 } from "../../sim/chips/pcf8574.ts";
import { VirtualScheduler } from "../../sim/world/virtual-scheduler.ts";
import { minimumBytes, type Ring } from "./lcd-minimum.ts";
import type { Rows } from "./lcd-morning.ts";

const ADDRESS = 0x27;
const CLOCK_HZ = 100_000;
const SIZE: DisplaySize = { columns: 20, rows: 4 };
/** Power-on, initialisation and the first frame. */
const STARTED_MS = 500;
/** Any frame is painted by then. */
const FRAME_LIMIT_MS = 200;

/** What one change of frames took. */
export interface Change {
  readonly busBytes: number;
  readonly minimumBytes: number;
  readonly transactions: readonly { readonly bytes: number; readonly durationMs: number }[];
}

/** The real driver on a simulated chip behind a backpack at 100 kHz, with an ear on its bus. */
export class ListenedDisplay {
  readonly scheduler = new VirtualScheduler();
  readonly i2c = new SimulatedI2cBus({ scheduler: this.scheduler, clockHz: CLOCK_HZ });
  readonly display: Hd44780Display;
  readonly #chip: Hd44780;
  /** What the controller holds, by every byte that was sent. */
  readonly #image = new ChipImage();
  readonly #transactions: { bytes: number; durationMs: number }[] = [];

  constructor() {
    const { scheduler, i2c } = this;
    const backpack = new Pcf8574(() => scheduler.nowMs());
    this.#chip = new Hd44780({
      nets: backpack.nets,
      pins: backpack.displayPins,
      size: SIZE,
      nowMs: backpack.nowMs,
    });
    i2c.attach(ADDRESS, backpack);
    const bus = this.#listened(new Pcf8574Bus({ i2c, address: ADDRESS, clockHz: CLOCK_HZ }));
    this.display = new Hd44780Display({ bus, scheduler, size: SIZE });
  }

  /** The display, initialised and showing a frame. */
  static async showing(rows: Rows): Promise<ListenedDisplay> {
    const listened = new ListenedDisplay();
    listened.display.show({ rows });
    await listened.scheduler.pass(STARTED_MS);
    return listened;
  }

  /** Shows another frame; resolves when it stands. Throws RangeError where a rule of the controller was broken. */
  async change(rows: Rows): Promise<Change> {
    const { i2c, display, scheduler } = this;
    const before = this.#copy();
    const bytesBefore = i2c.byteCount;
    this.#transactions.length = 0;
    display.show({ rows });
    const settled = new AbortController();
    void display.settled().then(() => settled.abort());
    await scheduler.run(scheduler.nowMs() + FRAME_LIMIT_MS, () => settled.signal.aborted);
    if (!settled.signal.aborted || this.#chip.violationCount > 0)
      throw new RangeError("a frame did not get through");
    return {
      busBytes: i2c.byteCount - bytesBefore,
      minimumBytes: minimumBytes(rings(before, this.#copy())),
      transactions: [...this.#transactions],
    };
  }

  #listened(bus: LcdBus): LcdBus {
    return {
      name: bus.name,
      fit: (bytes) => bus.fit(bytes),
      open: () => bus.open(),
      sendNibble: (nibble) => bus.sendNibble(nibble),
      send: async (bytes: readonly LcdByte[]) => {
        const [beganMs, beganBytes] = [this.scheduler.nowMs(), this.i2c.byteCount];
        await bus.send(bytes);
        for (const byte of bytes) this.#image.apply(byte);
        const durationMs = this.scheduler.nowMs() - beganMs;
        this.#transactions.push({ bytes: this.i2c.byteCount - beganBytes, durationMs });
      },
      backlight: (level) => bus.backlight(level),
      probe: () => bus.probe(),
      close: () => bus.close(),
    };
  }

  #copy(): Held {
    const { ddramAddress, cgramAddress, ddram } = this.#image;
    const holds = (slot: number, row: number): number => {
      for (let dots = 0; dots < 32; dots++) if (this.#image.holdsGlyphRow(slot, row, dots)) return dots;
      return -1;
    };
    const cgram = Array.from({ length: GLYPH_SLOTS * GLYPH_ROWS }, (_, at) =>
      holds(Math.floor(at / GLYPH_ROWS), at % GLYPH_ROWS),
    );
    return { ddram: Int16Array.from(ddram), cgram, ddramAddress, cgramAddress };
  }
}

interface Held {
  readonly ddram: ArrayLike<number>;
  readonly cgram: readonly number[];
  readonly ddramAddress: number | null;
  readonly cgramAddress: number | null;
}

const { inOrder } = geometryOf(SIZE);

/** From what the controller held to what it holds now, as a question for the search. All 80 cells show on this glass. */
function rings(before: Held, after: Held): Ring[] {
  const counter = before.ddramAddress === null ? -1 : inOrder.indexOf(before.ddramAddress);
  return [
    {
      changed: inOrder.map((cell) => before.ddram[cell] !== after.ddram[cell]),
      known: inOrder.map(() => true),
      counter: counter < 0 ? null : counter,
    },
    {
      changed: after.cgram.map((dots, at) => dots !== before.cgram[at]),
      known: after.cgram.map((dots) => dots >= 0),
      counter: before.cgramAddress,
    },
  ];
}
