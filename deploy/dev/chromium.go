package dev

import (
	"context"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
)

// ChromiumOptions start the installed Chromium headless, without its sandbox
// when the tests run as root, and with no name to resolve but this machine's:
// a page that needs anything from elsewhere shows it.
func ChromiumOptions(tb testing.TB) []chromedp.ExecAllocatorOption {
	tb.Helper()
	options := append(chromedp.DefaultExecAllocatorOptions[:],
		chromedp.ExecPath(program(tb, "chromium", "chromium-browser", "google-chrome")),
		chromedp.DisableGPU,
		chromedp.Flag("disable-quic", true),
		chromedp.Flag("disable-component-update", true),
		chromedp.Flag("host-resolver-rules", "MAP * ~NOTFOUND, EXCLUDE localhost, EXCLUDE 127.0.0.1"),
		chromedp.WSURLReadTimeout(time.Minute),
	)
	if os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	return options
}

// Chromium starts a browser with an empty profile and returns the context of
// its first tab, for chromedp.Run. Options come after those of ChromiumOptions.
func Chromium(tb testing.TB, options ...chromedp.ExecAllocatorOption) context.Context {
	tb.Helper()
	dir := folder(tb, "chromium")
	log, err := os.Create(filepath.Join(dir, "chromium.log"))
	must(tb, err)
	options = append(append(ChromiumOptions(tb), chromedp.UserDataDir(filepath.Join(dir, "profile")),
		chromedp.CombinedOutput(log)), options...)
	allocator, stop := chromedp.NewExecAllocator(context.Background(), options...)
	tab, _ := chromedp.NewContext(allocator)
	tb.Cleanup(func() {
		_ = chromedp.Cancel(tab)
		stop()
		_ = log.Close()
		if tb.Failed() {
			text, _ := os.ReadFile(log.Name())
			tb.Logf("end of the log of chromium:\n%s", text[max(0, len(text)-logTail):])
		}
	})
	must(tb, chromedp.Do(tab))
	return tab
}
