package portal

import (
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"
)

func TestListenEndsWithShutdown(t *testing.T) {
	h := newHouse(t, func(c *Config) { demo(c); c.Listen = "127.0.0.1:0" })
	ready := make(chan fiber.ListenData, 1)
	h.App().Hooks().OnListen(func(d fiber.ListenData) error { ready <- d; return nil })
	served := make(chan error, 1)
	go func() { served <- h.Listen() }()
	taken := <-ready
	other := newHouse(t, func(c *Config) { demo(c); c.Listen = taken.Host + ":" + taken.Port })
	if taken.Port != "0" && other.Listen() == nil {
		t.Error("two portals listen at the same place")
	}
	must(t, h.Shutdown(5*time.Second))
	must(t, <-served)
}
