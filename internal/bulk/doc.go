// Package bulk reads what people hand in as a table and writes what they take
// away as one.
//
// A table comes as CSV, as a spreadsheet saves it: in UTF-8, with or without a
// mark at its beginning, or in Windows-1252; its cells apart by semicolons,
// commas, tabs or bars; with line breaks in quotes. All of that is found out from
// the text itself. It is read row by row, and no further than the limits let.
// Each row is one action of the desk, or what is wrong with it, by line and column.
//
// A table goes out as CSV or as a spreadsheet (ODS). No cell of it is a formula,
// whatever it says.
package bulk
