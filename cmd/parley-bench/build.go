package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// overlay is the sources with some files put in place of others or beside them, by their path in the module.
type overlay map[string]string

// build makes the program as it is shipped, from the sources of the module that holds the current folder.
func build(ctx context.Context, dir string, o overlay) (string, error) {
	root, err := moduleRoot(ctx)
	if err != nil {
		return "", err
	}
	binary := filepath.Join(dir, "parley")
	args := []string{"build", "-trimpath", "-ldflags", "-s -w", "-o", binary}
	if len(o) > 0 {
		file, err := o.write(root, dir)
		if err != nil {
			return "", err
		}
		args = append(args, "-overlay", file)
	}
	c := exec.CommandContext(ctx, "go", append(args, "./cmd/parley")...)
	c.Dir = root
	c.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := c.CombinedOutput(); err != nil {
		return "", fmt.Errorf("go build ./cmd/parley: %w\n%s", err, out)
	}
	return binary, nil
}

func moduleRoot(ctx context.Context) (string, error) {
	out, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Path}} {{.Dir}}").Output()
	path, dir, _ := strings.Cut(string(bytes.TrimSpace(out)), " ")
	if err != nil || path != "parley" {
		return "", fmt.Errorf("the sources of Parley are not here: run this in its tree, or name a --binary")
	}
	return dir, nil
}

// write puts the files into dir, with the list that go build reads, and gives the list's name.
func (o overlay) write(root, dir string) (string, error) {
	replace := map[string]string{}
	for path, text := range o {
		file := filepath.Join(dir, strings.ReplaceAll(path, "/", "_")+".overlay")
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			return "", err
		}
		replace[filepath.Join(root, path)] = file
	}
	list, err := json.Marshal(map[string]any{"Replace": replace})
	if err != nil {
		return "", err
	}
	name := filepath.Join(dir, "overlay.json")
	return name, os.WriteFile(name, list, 0o644)
}

// withProfiles is a build that serves runtime profiles at the address that PARLEY_BENCH_PROFILES names. The program itself
// has no such door.
var withProfiles = overlay{"cmd/parley/zz_profiles.go": `package main

import (
	"net/http"
	_ "net/http/pprof"
	"os"
)

func init() {
	if address := os.Getenv("PARLEY_BENCH_PROFILES"); address != "" {
		go http.ListenAndServe(address, nil)
	}
}
`}
