import type { JSX } from "preact";
import { formatDateTime, formatTime, formatWorked } from "./format.ts";
import type { HubView, Punch } from "./load.ts";

/** Who is in, what was punched today, and who forgot their PIN. */

const ACTIONS: Readonly<Record<Punch["action"], string>> = {
  in: "In",
  out: "Out",
  "break-start": "Break",
  "break-end": "Back",
  "switch-project": "Project",
};

export function Today({ view }: { readonly view: HubView }): JSX.Element {
  return (
    <>
      <WhoIsIn view={view} />
      {view.requests.length > 0 && <Requests view={view} />}
      <Punches view={view} />
    </>
  );
}

function WhoIsIn({ view }: { readonly view: HubView }): JSX.Element {
  const { timeZone } = view.workspace;
  const present = view.presence.presences.filter((each) => each.state !== "out");
  return (
    <section aria-labelledby="who-is-in" tabIndex={0}>
      <h2 id="who-is-in">Who is in now</h2>
      <p class="soft" aria-live="polite">
        {present.length} of {view.presence.presences.length} people
      </p>
      {present.length > 0 && (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">State</th>
              <th scope="col">Since</th>
              <th scope="col">Today</th>
            </tr>
          </thead>
          <tbody>
            {present.map((each) => (
              <tr key={each.person}>
                <th scope="row">{each.name}</th>
                <td class="in">{each.state === "in" ? "In" : "On break"}</td>
                <td class="number">{each.sinceMs === null ? "–" : formatDateTime(each.sinceMs, timeZone)}</td>
                <td class="number">{formatWorked(each.workedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Requests({ view }: { readonly view: HubView }): JSX.Element {
  return (
    <section aria-labelledby="requests" tabIndex={0}>
      <h2 id="requests">Forgot their PIN</h2>
      <ul>
        {view.requests.map((each) => (
          <li key={each.person}>
            {each.name}{" "}
            <span class="soft">
              at {each.kioskName}, {formatDateTime(each.atMs, view.workspace.timeZone)}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Punches({ view }: { readonly view: HubView }): JSX.Element {
  const byPerson = Map.groupBy(view.punches, (punch) => punch.person);
  const rows = view.presence.presences.filter((each) => byPerson.has(each.person) || each.workedMs > 0);
  return (
    <section aria-labelledby="punches" tabIndex={0}>
      <h2 id="punches">Today's punches</h2>
      {rows.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Punches</th>
              <th scope="col">Worked</th>
            </tr>
          </thead>
          <tbody>
            {rows.map((each) => (
              <tr key={each.person}>
                <th scope="row">{each.name}</th>
                <td>
                  <ul class="punches">
                    {(byPerson.get(each.person) ?? []).map((punch) => (
                      <PunchItem key={`${punch.store}-${punch.seq}`} punch={punch} view={view} />
                    ))}
                  </ul>
                </td>
                <td class="number">{formatWorked(each.workedMs)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function PunchItem({ punch, view }: { readonly punch: Punch; readonly view: HubView }): JSX.Element {
  return (
    <li>
      <span class={punch.undone ? "number undone" : "number"}>
        {ACTIONS[punch.action]} {formatTime(punch.atMs, view.workspace.timeZone)}
      </span>
      {punch.undone && <span class="soft"> undone</span>}
      {punch.auth === "universal" && <span class="warn"> Universal PIN</span>}
    </li>
  );
}
