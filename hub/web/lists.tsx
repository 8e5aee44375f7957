import type { JSX } from "preact";
import { useLoaded } from "./live.ts";
import { loadKiosks } from "./load.ts";
import { Frame, Waiting } from "./page.tsx";

/** Kiosks: a list to read. */

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
