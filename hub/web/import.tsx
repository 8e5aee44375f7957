import type { JSX } from "preact";
import { useState } from "preact/hooks";
import { importedBody } from "../http/edit-schemas.ts";
import { useAct } from "./act.ts";
import { sendCsv } from "./api.ts";
import { assignNew, kioskChoices } from "./assign.ts";
import { Form, Select } from "./form.tsx";
import { HandOut, type Slip } from "./hand-out.tsx";
import { useLoaded } from "./live.ts";
import { loadKiosks } from "./load.ts";
import { Frame, useSay } from "./page.tsx";
import { Table } from "./table.tsx";

/** Import people from CSV: `#team/import`. All of them, or nobody and every problem by line (PIN case 5). */

export function ImportPeople(): JSX.Element {
  const act = useAct();
  const say = useSay();
  const { value: kiosks } = useLoaded(loadKiosks, ["kiosks"]);
  const [slips, setSlips] = useState<readonly Slip[] | null>(null);
  const refused = act.trouble?.refused ?? null;
  if (slips !== null) {
    const title = slips.length === 1 ? "1 person imported" : `${slips.length} people imported`;
    return <HandOut title={title} slips={slips} isAudited={false} onDone={() => (location.hash = "#team")} />;
  }
  return (
    <Frame title="Import people" back={{ href: "#team", name: "Team" }}>
      <p>
        A CSV file whose first line names its columns: <code>name</code>, and any of <code>email</code>,{" "}
        <code>number</code>, <code>role</code>, <code>language</code>, <code>pin</code>. Who has no number or
        PIN in it gets one. Everybody is imported, or nobody.
      </p>
      <Form
        button="Import"
        act={act}
        onSend={async (filled, form) => {
          const file = new FormData(form).get("file");
          const csv = file instanceof File && file.size > 0 ? file : filled("text");
          const { imported } = await sendCsv("people/import", csv, importedBody);
          const kiosk = kiosks?.find((each) => each.kiosk === filled("kiosk"));
          const people = imported.map((each) => each.person);
          const at = await assignNew(kiosk, people, say);
          setSlips(
            imported.map((each) => ({ ...each, kiosks: at, isSameAsUniversal: each.warning !== null })),
          );
        }}
      >
        <div class="field">
          <label for="import-file">CSV file</label>
          <input id="import-file" type="file" name="file" accept=".csv,text/csv" />
        </div>
        <div class="field">
          <label for="import-text">or its text, pasted</label>
          <textarea id="import-text" name="text" rows={8} spellcheck={false} />
        </div>
        <Select name="kiosk" label="Kiosk of all of them" value="" options={kioskChoices(kiosks ?? [])} />
      </Form>
      {refused !== null && refused.problems.length > 0 && (
        <>
          <Table
            label="What is wrong with the file"
            rows={refused.problems}
            keyOf={(each) => `${each.line} ${each.column ?? ""} ${each.code}`}
            columns={[
              { title: "Line", isName: true, cell: (each) => each.line },
              { title: "Column", cell: (each) => each.column },
              { title: "What is wrong", cell: (each) => each.message },
            ]}
          />
          {refused.untold > 0 && <p class="soft">And {refused.untold} more.</p>}
        </>
      )}
    </Frame>
  );
}
