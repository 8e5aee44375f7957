import type { Bcm } from "../../hal/ports.ts";

/** Lines of the Raspberry Pi's config.txt that parts need (documentation of config.txt; README of the overlays). */

export const BOOT_CONFIG = "/boot/firmware/config.txt";

export const I2C_LINE = "dtparam=i2c_arm=on";
export const UART_LINE = "enable_uart=1";
/** A Pi 5 has a connector of its own for the port that others have on the header. */
export const UART_LINE_PI5 = "dtparam=uart0=on";

/** Overlay `pwm`: function 4 (ALT0) at GPIO12 and 13, 2 (ALT5) at 18 and 19. */
const PWM_FUNCTION: Readonly<Record<number, number>> = { 12: 4, 13: 4, 18: 2, 19: 2 };

export function pwmLine(pin: Bcm): string {
  const which = PWM_FUNCTION[pin];
  return which === undefined ? "dtoverlay=pwm" : `dtoverlay=pwm,pin=${pin},func=${which}`;
}

/** Switches pull-ups on from the start, for GPIO back ends that cannot. */
export function pullUpLine(lines: readonly Bcm[]): string {
  return `gpio=${lines.join(",")}=ip,pu`;
}

/** The one line for a shell that adds a line there; it counts from the next start. */
export function addBootLine(line: string): string {
  return `echo ${line} | sudo tee -a ${BOOT_CONFIG} && sudo reboot`;
}
