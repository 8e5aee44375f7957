import { testDatabases } from "../testing/databases.ts";
import { describeHubStore } from "./store.contract.ts";

for (const { name, create } of testDatabases()) describeHubStore(name, create);
