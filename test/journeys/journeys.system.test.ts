/** Eight jobs as a new user does them, from the packed package in an empty folder; and the projects that `nabla new` writes. */
import "./tables.ts";
import "./jobs.ts";
import "./new.ts";
