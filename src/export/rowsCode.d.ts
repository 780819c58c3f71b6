/** What modules of tables have besides, as a script that defines `table` (src/export/rowsModule.ts); scripts/threads.mjs writes it. */
export declare const code: string;
