import type { Person } from "./load.ts";
import type { Column } from "./table.tsx";
import { ROLES } from "./words.ts";

/** What every list of people begins with. */
export const WHO: readonly Column<Person>[] = [
  {
    title: "Name",
    isName: true,
    cell: (each) => (
      <>
        <a href={`#team/${each.person}`}>{each.name}</a>
        {!each.active && <span class="soft"> inactive</span>}
      </>
    ),
  },
  { title: "Number", isNumber: true, cell: (each) => each.number },
  { title: "Role", cell: (each) => ROLES[each.role] },
];
