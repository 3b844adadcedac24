// Package charter writes, for heads of service and everybody else, who may do
// what, who approves it and within which time. It is made from the rule book and
// from who is correspondent of what, and so it says what is really in force.
package charter
