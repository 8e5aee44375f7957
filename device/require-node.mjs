// Loaded with `node --import` before any TypeScript: this file alone must parse on old Nodes, because its job is
// to say, in one line, why they cannot run the rest. 24 is the first version whose ABI our native packages share.
const REQUIRED_MAJOR = 24;
const major = Number(process.versions.node.split(".")[0]);
if (major < REQUIRED_MAJOR) {
  console.error(
    `punchbox: needs Node ${REQUIRED_MAJOR} or later, this is ${process.versions.node}; ` +
      "run it through npm (npm start) after npm ci without --omit=optional, which brings the right one",
  );
  process.exit(1);
}
