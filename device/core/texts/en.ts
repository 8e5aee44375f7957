import type { Texts } from "./texts.ts";

export const english: Texts = {
  weekdays: ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"],
  months: ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"],
  done: { in: "IN", out: "OUT", "break-start": "BREAK", "break-end": "IN", "switch-project": "PROJECT" },
  offered: {
    in: "IN",
    out: "OUT",
    "break-start": "Break",
    "break-end": "End break",
    "switch-project": "Project",
  },

  keys: {
    back: ["*=back"],
    delete: ["*=delete", "*=del"],
    cancel: ["*=cancel"],
    no: ["*=no"],
    done: ["*=done"],
    undo: ["*=undo", "*undo"],
    byName: ["*=by name", "*=name", "*name"],
    more: ["0=more", "0more"],
    help: ["#=help"],
    list: ["#=list"],
    listAll: ["#=list all", "#=list"],
    take: ["#=take"],
    punch: ["#=punch"],
    forgot: ["#=Forgot your PIN?", "#=Forgot PIN?", "#=forgot"],
    send: ["#=send"],
    receipt: ["#=receipt"],
  },

  starting: [["Punchbox", "starting"], ["Starting"]],
  unpaired: [
    ["Not paired yet", "Needs its hub, and a", "claim token from it."],
    ["Not paired yet", "Needs its hub,", "and a token."],
    ["Not paired yet", "Needs its hub"],
    ["Not paired yet"],
  ],
  idle: {
    prompt: ["Type your number"],
    promptWord: ["Number"],
    online: "ok",
    offline: "off",
    offlineSince: (when) => [`No hub since ${when}`, `No hub ${when}`, `off ${when}`],
    stuckKey: ["A key is stuck", "Key stuck"],
    noReader: ["Card reader broken", "No cards"],
    noKeypad: [
      ["Keypad out of order", "Tell your admin"],
      ["Keypad is broken", "Tell your admin"],
      ["Keypad is broken"],
    ],
  },
  find: {
    number: ["Number"],
    name: ["Name"],
    typeName: ["Type your name"],
    letters: ["2=ABC 3=DEF 4=GHI", "2=ABC 3=DEF"],
    people: (count, one) => [one ? `${count} person` : `${count} people`, count],
    nobody: ["Not found"],
  },
  help: {
    withPin: [
      ["Type your number,", "then your PIN.", "Or * and your name."],
      ["Type your number", "then your PIN.", "Or * and name."],
      ["Number, then PIN"],
    ],
    withoutPin: [
      ["Type your number,", "then # to punch.", "Or * and your name."],
      ["Type your number", "then # to punch.", "Or * and name."],
      ["Number, then #"],
    ],
  },
  pin: {
    prompt: "PIN",
    wrong: ["WRONG PIN", "WRONG"],
    triesLeft: (tries) => [
      tries === 1 ? "1 try, then a wait" : `${tries} tries, then a wait`,
      tries === 1 ? "1 try left" : `${tries} tries left`,
      `${tries} left`,
    ],
    wait: "WAIT",
    waitWhy: ["Too many wrong PINs", "Wrong PINs"],
  },
  act: {
    already: (what, when) => [`${what} ${when} already`, `${what} ${when}`],
    alreadyUntold: ["Punched just now"],
    too: (choice) => [choice === null ? "1=again" : `1=${choice} too`],
  },
  moment: ["One moment"],
  result: {
    universal: ["by Universal PIN"],
    today: (hours) => [`Today ${hours}`, hours],
    undone: (what, when) => [`${what} ${when} undone`],
  },
  receipt: ["Receipt", "Code"],
  forgot: {
    question: [
      ["Forgot your PIN?", "Your admins will be", "told."],
      ["Forgot your PIN?", "Tell the admins?"],
      ["Forgot your PIN?"],
    ],
    sent: [["Your admins are told"], ["Admins are told"]],
    saved: [
      ["Your admins are told", "when the hub is back"],
      ["Admins are told", "when hub is back"],
    ],
  },
  nothingRecorded: [["Nothing recorded"]],
  unknownCard: [
    ["Card not known", "Type your number,", "or tell your admin."],
    ["Card not known", "Type your number"],
  ],
  gone: [
    ["is no longer on the", "list of this kiosk.", "Ask your admin."],
    ["is not listed", "at this kiosk.", "Ask your admin."],
    ["No longer listed"],
  ],
  trouble: {
    store: [
      ["Cannot record", "Nothing is recorded.", "Tell your admin."],
      ["Cannot record", "Tell your admin"],
    ],
    unanswered: [
      ["No answer yet", "It may not count.", "Look again later, or", "tell your admin."],
      ["No answer yet", "It may not count", "Look again or", "tell your admin."],
      ["It may not count", "Tell your admin"],
    ],
  },
};
