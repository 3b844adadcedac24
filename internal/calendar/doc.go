// Package calendar counts working days: the public holidays of France and what
// some of its regions add, the closures of the establishment, the hours at which
// people are at work. It reads no clock: the same calendar gives the same answer
// for the same moment.
//
// Moments are compared as moments, days are those of the time zone. A clock
// that is put forward or back in the night moves no deadline: it is an hour of
// a day, not so many hours from another.
package calendar
