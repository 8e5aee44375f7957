import type { MailTexts } from "./texts.ts";

const guessed = (guesses: number, whose: string): string =>
  `${guesses} different wrong PINs have been tried against ${whose} since it was set.`;

export const en: MailTexts = {
  when: (atMs, timeZone) =>
    `${new Intl.DateTimeFormat("en-GB", { timeZone, dateStyle: "full", timeStyle: "short", hourCycle: "h23" }).format(atMs)} (${timeZone})`,
  forgotPin: ({ person, number, kiosk, when }) => ({
    subject: `${person} forgot their PIN at ${kiosk}`,
    paragraphs: [
      `${person} (number ${number}) asked for a new PIN at ${kiosk} on ${when}.`,
      "A new PIN closes the request and ends their waits. Tell them in person.",
    ],
    action: "Open the requests",
  }),
  slowGuess: ({ person, guesses, mustChange, kiosk, when }) => ({
    subject: mustChange ? `The PIN of ${person} must be changed` : `Someone is guessing the PIN of ${person}`,
    paragraphs: [
      `${guessed(guesses, `the PIN of ${person}`)} The last one was at ${kiosk} on ${when}.`,
      mustChange ? "Give them a new PIN now." : "Ask them whether it was they. If not, give them a new PIN.",
    ],
    action: "Open the alarms",
  }),
  slowGuessUniversal: ({ guesses, mustChange, kiosk, when }) => ({
    subject: mustChange
      ? `The Universal PIN of ${kiosk} must be changed`
      : `Someone is guessing the Universal PIN of ${kiosk}`,
    paragraphs: [
      `${guessed(guesses, `the Universal PIN of ${kiosk}`)} The last one was on ${when}.`,
      mustChange
        ? "Give the kiosk a new Universal PIN now."
        : "Look who is at the kiosk, or change its Universal PIN.",
    ],
    action: "Open the alarms",
  }),
  spray: ({ kiosk, when }) => ({
    subject: `PINs are tried on many people at ${kiosk}`,
    paragraphs: [
      `Since ${when} the terminal at ${kiosk} has seen more wrong PINs, on more people, than honest mistakes make.`,
      "It slows tries down; punching goes on. Look who is at the kiosk.",
    ],
    action: "Open the alarms",
  }),
  fork: ({ kiosk, when }) => ({
    subject: `Two cards say that they are the terminal at ${kiosk}`,
    paragraphs: [
      `On ${when} the terminal at ${kiosk} handed in a history that is not the one it had told before: its card was copied, or an older copy was put back.`,
      "Everything that was recorded is kept. Say whether the other history's punches count; until then that terminal learns of no changes. If you made no copy, report it stolen.",
    ],
    action: "Open the terminals",
  }),
  pinsExported: ({ by, kiosk, when }) => ({
    subject: `${by} exported the PINs of ${kiosk}`,
    paragraphs: [
      `${by} exported the assignees of ${kiosk} with their PINs on ${when}.`,
      "If that is not as it should be, end their sessions and give new PINs.",
    ],
    action: "Open the audit log",
  }),
  footer: (workspace) => `Punchbox of ${workspace} tells this to its owners and admins.`,
};
