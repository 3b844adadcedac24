package portal

import (
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"mime"
	"path"

	"github.com/gofiber/fiber/v2"
)

//go:embed web
var web embed.FS

// A file is served as it was when the process started.
type file struct {
	body    []byte
	version string // of the content
}

type files map[string]file

// loadFiles reads the embedded files and adds the sheet of the accent colour.
func loadFiles(accent string) (files, error) {
	all := files{}
	entries, err := web.ReadDir("web")
	if err != nil {
		return nil, fmt.Errorf("read static files: %w", err)
	}
	for _, e := range entries {
		body, err := web.ReadFile("web/" + e.Name())
		if err != nil {
			return nil, fmt.Errorf("read static files: %w", err)
		}
		all.add(e.Name(), body)
	}
	sheet, err := accentSheet(accent)
	all.add("accent.css", []byte(sheet))
	return all, err
}

func (f files) add(name string, body []byte) {
	sum := sha256.Sum256(body)
	f[name] = file{body, hex.EncodeToString(sum[:8])}
}

// href is the address of a file, which changes with its content.
func (f files) href(name string) string { return pathStatic + name + "?v=" + f[name].version }

// serve gives a file. Under the address of its present content it may be kept
// for ever; under any other it is asked for again each time.
func (f files) serve(c *fiber.Ctx) error {
	name := c.Params("file")
	found, ok := f[name]
	if !ok {
		return fiber.ErrNotFound
	}
	caching := "no-cache"
	if c.Query("v") == found.version {
		caching = "public, max-age=31536000, immutable"
	}
	c.Set(fiber.HeaderCacheControl, caching)
	c.Set(fiber.HeaderContentType, mime.TypeByExtension(path.Ext(name)))
	return c.Send(found.body)
}
