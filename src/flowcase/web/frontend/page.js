import "htmx.org";
import * as DKFDS from "dkfds";
import { folding } from "./folding.js";
import { keys } from "./keys.js";
import { typing } from "./typing.js";

DKFDS.init();
keys();
typing();
folding();
