package bot_test

import (
	"testing"
	"fmt"
)

func BenchmarkZZ(b *testing.B) {
	for _, cmd := range []string{"aide", "compte marie", "peux-tu passer le quota de bob à 2 Go stp"} {
		b.Run(cmd, func(b *testing.B) {
			h := newHouse(b)
			who := h.desk.View.Person("marie")
			i := 0
			for b.Loop() {
				i++
				h.bot.Answer(b.Context(), who, "fr", cmd, fmt.Sprint(i))
			}
		})
	}
	b.Run("slash", func(b *testing.B) {
		h := newHouse(b)
		for b.Loop() {
			h.slash(b, h.form(b, "marie", "compte marie"))
		}
	})
}
