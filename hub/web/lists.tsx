import type { JSX } from "preact";
import { Card } from "./card.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks, loadPeople, type Person } from "./load.ts";
import { Frame, Waiting } from "./page.tsx";

/** Team and kiosks: lists to read. */

const ROLES: Readonly<Record<Person["role"], string>> = {
  owner: "Owner",
  admin: "Admin",
  manager: "Manager",
  regular: "Regular",
};

export function Team(): JSX.Element {
  const loaded = useLoaded(loadPeople, ["people"]);
  if (loaded.value === null) {
    return (
      <Frame title="Team">
        <Waiting loaded={loaded} />
      </Frame>
    );
  }
  return (
    <Frame title="Team">
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
          {loaded.value.map((each) => (
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
    </Frame>
  );
}

export function Kiosks(): JSX.Element {
  const loaded = useLoaded(loadKiosks, ["kiosks"]);
  return (
    <Frame title="Kiosks">
      {loaded.value === null ? (
        <Waiting loaded={loaded} />
      ) : loaded.value.length === 0 ? (
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
            {loaded.value.map((each) => (
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
    </Frame>
  );
}
