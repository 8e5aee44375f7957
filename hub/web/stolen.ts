import * as z from "zod";
import { pinLengthBody } from "../http/pin-schemas.ts";

/** Whoever has the box may find its PINs out: these are the new ones, shown once. */
export const stolenBody = z.object({ issued: pinLengthBody.shape.issued });
