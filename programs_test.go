//go:build !storm

package main

// programs are what the test binary can be run as.
func programs() map[string]func() { return map[string]func(){"melusine": main} }
