//go:build race

package main

// slowness of the programs under the race detector: what they are given to act is
// longer by as much.
const slowness = 5
