import type { JSX } from "preact";
import { Card } from "./card.tsx";
import { formatClockError, formatDateTime } from "./format.ts";
import type { HubView } from "./load.ts";

/** Team, kiosks and terminals: lists to read. */

const ROLES: Readonly<Record<HubView["people"][number]["role"], string>> = {
  owner: "Owner",
  admin: "Admin",
  manager: "Manager",
  regular: "Regular",
};

export function Team({ view }: { readonly view: HubView }): JSX.Element {
  return (
    <section aria-labelledby="team" tabIndex={0}>
      <h2 id="team">Team</h2>
      <table>
        <thead>
          <tr>
            <th scope="col">Number</th>
            <th scope="col">Name</th>
            <th scope="col">Role</th>
            <th scope="col">E-mail</th>
            <th scope="col">Card</th>
          </tr>
        </thead>
        <tbody>
          {view.people.map((each) => (
            <tr key={each.person}>
              <td class="number">{each.number}</td>
              <th scope="row">
                {each.name}
                {!each.active && <span class="soft"> not active</span>}
              </th>
              <td>{ROLES[each.role]}</td>
              <td>{each.email ?? <span class="soft">none</span>}</td>
              <td>
                <Card person={each} />
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

export function Kiosks({ view }: { readonly view: HubView }): JSX.Element {
  return (
    <section aria-labelledby="kiosks" tabIndex={0}>
      <h2 id="kiosks">Kiosks</h2>
      {view.kiosks.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Name</th>
              <th scope="col">Requires PIN</th>
              <th scope="col">Assignees</th>
              <th scope="col">Time zone</th>
            </tr>
          </thead>
          <tbody>
            {view.kiosks.map((each) => (
              <tr key={each.kiosk}>
                <th scope="row">{each.name}</th>
                <td>{each.requiresPin ? "On" : "Off"}</td>
                <td class="number">{each.assignees}</td>
                <td>{each.timeZone}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

export function Terminals({ view }: { readonly view: HubView }): JSX.Element {
  const { timeZone } = view.workspace;
  return (
    <section aria-labelledby="terminals" tabIndex={0}>
      <h2 id="terminals">Terminals</h2>
      {view.terminals.length === 0 ? (
        <p class="soft">None yet.</p>
      ) : (
        <table>
          <thead>
            <tr>
              <th scope="col">Kiosk</th>
              <th scope="col">Link</th>
              <th scope="col">Unsent</th>
              <th scope="col">Clock</th>
              <th scope="col">Last heard</th>
              <th scope="col">Software</th>
            </tr>
          </thead>
          <tbody>
            {view.terminals.map((each) => (
              <tr key={each.terminal}>
                <th scope="row">{each.kioskName}</th>
                <td>
                  {each.connected ? <span class="in">Connected</span> : <span class="warn">Offline</span>}
                  {each.forked && <span class="warn"> two histories</span>}
                </td>
                <td class="number">{each.unsent}</td>
                <td class="number">{formatClockError(each.clockErrorMs)}</td>
                <td class="number">
                  {each.lastSeenMs === null ? "never" : formatDateTime(each.lastSeenMs, timeZone)}
                </td>
                <td class="number">{each.software}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}
