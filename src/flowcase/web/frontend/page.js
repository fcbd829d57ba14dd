import "htmx.org";
import * as DKFDS from "dkfds";
import { keys } from "./keys.js";
import { typing } from "./typing.js";

DKFDS.init();
keys();
typing();
