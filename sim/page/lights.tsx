import type { VNode } from "preact";
import type { ScreenReply } from "../server/schemas.ts";

/** The two lights beside the display; lit ones are told from dark ones by more than colour. */
export function Lights({ lights }: { readonly lights: ScreenReply["lights"] }): VNode | null {
  if (lights === null) return null;
  return (
    <div class="lights">
      {(["green", "red"] as const).map((led) => (
        <span
          key={led}
          class={`led ${led} ${lights[led] ? "lit" : ""}`}
          role="img"
          aria-label={`${led} light ${lights[led] ? "on" : "off"}`}
        />
      ))}
    </div>
  );
}
