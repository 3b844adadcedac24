//go:build servers

package dev_test

import (
	"bytes"
	"image/png"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/unistra/melusine/deploy/dev"
)

func TestChromiumShowsAPage(t *testing.T) {
	tab := dev.Chromium(t, chromedp.WindowSize(320, 240))
	page := `data:text/html,<title>Mélusine</title><body style="background:rgb(0,128,0)">`
	if err := chromedp.Do(tab, chromedp.Navigate(page)); err != nil {
		t.Fatal(err)
	}
	shot, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
	if err != nil {
		t.Fatal(err)
	}
	picture, err := png.Decode(bytes.NewReader(shot))
	if err != nil {
		t.Fatal(err)
	}
	if r, g, b, _ := picture.At(10, 10).RGBA(); r>>8 != 0 || g>>8 != 128 || b>>8 != 0 {
		t.Errorf("the page is (%d, %d, %d), want green", r>>8, g>>8, b>>8)
	}
}
