import "htmx.org";
import * as DKFDS from "dkfds";
import { folding } from "./folding.js";
import { inbox } from "./inbox.js";
import { keys } from "./keys.js";
import { live } from "./live.js";
import { printing } from "./print.js";
import { trials } from "./trials.js";
import { typing } from "./typing.js";

DKFDS.init();
inbox();
keys();
live();
printing();
trials();
typing();
folding();
