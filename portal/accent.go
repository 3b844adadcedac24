package portal

import (
	"errors"
	"fmt"
	"math"
	"regexp"
	"strconv"
)

// A colour is red, green and blue, each 0 to 1, as in #rrggbb.
type colour [3]float64

var (
	white  = colour{1, 1, 1}
	black  = colour{}
	night  = colour{0x24 / 255., 0x2c / 255., 0x36 / 255.} // --surface-2 in the dark
	hexRGB = regexp.MustCompile(`^#[0-9a-fA-F]{6}$`)
)

// readable is the least contrast of text (WCAG 2 AA).
const readable = 4.5

// accentSheet gives the style sheet that replaces the accent colour, in light
// and dark, or an error if text in that colour could not be read on white.
func accentSheet(accent string) (string, error) {
	if accent == "" {
		return "", nil
	}
	if !hexRGB.MatchString(accent) {
		return "", errors.New("not a colour #rrggbb")
	}
	light := parseColour(accent)
	soft := light.towards(white, 0.9)
	if r := min(contrast(light, white), contrast(light, soft)); r < readable {
		return "", fmt.Errorf("contrast %.1f with its background: %.1f at least, choose a darker colour", r, readable)
	}
	dark, dim := light, light.towards(night, 0.8)
	for min(contrast(dark, night), contrast(dark, dim)) < readable {
		dark = dark.towards(white, 0.1)
	}
	return fmt.Sprintf("@layer tokens{:root{--accent:light-dark(%s,%s);--accent-hover:light-dark(%s,%s);--accent-soft:light-dark(%s,%s);--accent-ink:light-dark(#fff,#0c1116)}}\n",
		light, dark, light.towards(black, 0.2), dark.towards(white, 0.3), soft, dim), nil
}

func parseColour(hex string) (c colour) {
	for i := range c {
		n, _ := strconv.ParseUint(hex[1+2*i:3+2*i], 16, 8) // hexRGB has been here
		c[i] = float64(n) / 255
	}
	return c
}

func (c colour) String() string {
	byteOf := func(x float64) int { return int(math.Round(x * 255)) }
	return fmt.Sprintf("#%02x%02x%02x", byteOf(c[0]), byteOf(c[1]), byteOf(c[2]))
}

func (c colour) towards(other colour, part float64) colour {
	for i := range c {
		c[i] += (other[i] - c[i]) * part
	}
	return c
}

// contrast is the ratio of WCAG 2, 1 to 21.
func contrast(a, b colour) float64 {
	x, y := a.luminance(), b.luminance()
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

func (c colour) luminance() float64 {
	linear := func(x float64) float64 {
		if x <= 0.04045 {
			return x / 12.92
		}
		return math.Pow((x+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(c[0]) + 0.7152*linear(c[1]) + 0.0722*linear(c[2])
}
