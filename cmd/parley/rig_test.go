package main

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"
)

// botToken is the token of the rig's Telegram bot. It must be seen nowhere.
const botToken = "123456:TESTTOKEN"

// theRig is the rig, installed once for all tests of this binary, in a folder that TestMain takes away.
var (
	theRig    = sync.OnceValues(installRig)
	rigFolder string
)

// installRig copies the rig that PARLEY_TEST_RIG names, which may be read-only, and installs what it needs.
func installRig() (dir string, err error) {
	dir, err = os.MkdirTemp("", "parley-rig-*")
	if err != nil {
		return "", err
	}
	rigFolder = dir
	if err := os.CopyFS(dir, os.DirFS(os.Getenv("PARLEY_TEST_RIG"))); err != nil {
		return "", err
	}
	ctx, cancel := context.WithTimeout(context.Background(), 4*time.Minute)
	defer cancel()
	for _, command := range [][]string{{"npm", "ci", "--no-audit", "--no-fund", "--loglevel=error"}, {"go", "build", "-o", "bin/", "./cmd/..."}} {
		c := exec.CommandContext(ctx, command[0], command[1:]...)
		c.Dir = dir
		if out, err := c.CombinedOutput(); err != nil {
			return "", fmt.Errorf("%s: %w\n%s", strings.Join(command, " "), err, out)
		}
	}
	return dir, nil
}

// rig is a network that Parley's authors did not write, behind a front that makes its calls go wrong.
type rig struct {
	t       *testing.T
	dir     string
	url     string // of the front, which Parley calls
	backend string // of the network itself
}

// newRig finds the rig. Without one the test does not run, but in CI, where it must be there.
func newRig(t *testing.T) rig {
	t.Helper()
	if os.Getenv("PARLEY_TEST_RIG") == "" {
		if os.Getenv("CI") != "" {
			t.Fatal("PARLEY_TEST_RIG is not set")
		}
		t.Skip("set PARLEY_TEST_RIG to the folder of the rig")
	}
	dir, err := theRig()
	if err != nil {
		t.Fatalf("the rig cannot be installed: %v", err)
	}
	return rig{t: t, dir: dir}
}

func (r rig) bin(name string) string { return filepath.Join(r.dir, "bin", name) }

// node is Node as the rig brings it: emulate needs a newer one than may be installed.
func (r rig) node() string { return filepath.Join(r.dir, "node_modules", "node", "bin", "node") }

// start runs a part of the rig until the test ends, and gives what it writes.
func (r rig) start(env []string, command string, args ...string) *output {
	r.t.Helper()
	written := newOutput()
	c := exec.Command(command, args...)
	c.Dir, c.Env, c.Stdout, c.Stderr = r.dir, append(os.Environ(), env...), written, written
	if err := c.Start(); err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = c.Process.Kill(); _ = c.Wait() })
	return written
}

// up waits until a server of the rig is up.
func (r rig) up(url string) {
	r.t.Helper()
	eventually(r.t, patience, func() string {
		resp, err := http.Get(url)
		if err != nil {
			return err.Error()
		}
		defer resp.Body.Close()
		if resp.StatusCode != http.StatusOK {
			return resp.Status
		}
		return ""
	})
}

// ask calls one of the rig's servers, with more of a header as names and values.
func (r rig) ask(method, url string, in, out any, header ...string) {
	r.t.Helper()
	body, err := json.Marshal(in)
	if err != nil {
		r.t.Fatal(err)
	}
	req, err := http.NewRequest(method, url, bytes.NewReader(body))
	if err != nil {
		r.t.Fatal(err)
	}
	req.Header.Set("Content-Type", "application/json")
	for i := 0; i < len(header); i += 2 {
		req.Header.Set(header[i], header[i+1])
	}
	resp, err := http.DefaultClient.Do(req)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	if err != nil || resp.StatusCode >= 300 {
		r.t.Fatalf("%s %s: %s %v %s", method, url, resp.Status, err, text)
	}
	if out != nil {
		if err := json.Unmarshal(text, out); err != nil {
			r.t.Fatalf("%s: %v: %s", url, err, text)
		}
	}
}

type object = map[string]any

// fault makes calls go wrong: path and match are parts of the address and the body.
func (r rig) fault(f object) { r.t.Helper(); r.ask("POST", r.url+"/__fault", f, nil) }

func (r rig) mend() { r.t.Helper(); r.ask("DELETE", r.url+"/__fault", nil, nil) }

// nextPort is where to look for the next free port: each is given out once, and none is of those that the system gives to
// connections, which could take it before its server does.
var nextPort atomic.Int64

func freePort(t *testing.T) string {
	t.Helper()
	const first, ports = 20_000, 12_000
	nextPort.CompareAndSwap(0, int64(os.Getpid()*97%ports)+1)
	for range ports {
		port := fmt.Sprint(first + nextPort.Add(1)%ports)
		if l, err := net.Listen("tcp", "127.0.0.1:"+port); err == nil {
			l.Close()
			return port
		}
	}
	t.Fatal("no port is free")
	return ""
}

// telegramRig is a Telegram, and the people who use it.
type telegramRig struct{ rig }

// newTelegram starts a Telegram.
func newTelegram(t *testing.T) *telegramRig {
	t.Helper()
	r := &telegramRig{newRig(t)}
	backend, front := freePort(t), freePort(t)
	r.url, r.backend = "http://127.0.0.1:"+front, "http://127.0.0.1:"+backend
	r.start([]string{"TG_PORT=" + backend}, r.node(), "telegram-emulate.cjs")
	r.start(nil, r.bin("front"), "-kind", "telegram", "-listen", "127.0.0.1:"+front, "-upstream", r.backend)
	r.up(r.url + "/bot" + botToken + "/getMe")
	return r
}

// said is a message of a customer, who has the chat's number.
func said(chat, id int, more object) object {
	m := object{
		"message_id": 5000 + id, "date": 1_790_000_000 + id, // the rig counts those of the bot from 1
		"from": object{"id": chat, "is_bot": false, "first_name": fmt.Sprint("Customer ", chat)},
		"chat": object{"id": chat, "type": "private", "first_name": fmt.Sprint("Customer ", chat)},
	}
	for k, v := range more {
		m[k] = v
	}
	return m
}

// update makes Telegram tell something to the bot.
func (r *telegramRig) update(u object) {
	r.t.Helper()
	r.ask("POST", r.url+"/__tg/update?token="+botToken, u, nil)
}

func (r *telegramRig) say(chat, id int, text string) {
	r.t.Helper()
	r.update(object{"message": said(chat, id, object{"text": text})})
}

// shown is what a chat has from the bot.
type shown struct {
	ID   int
	Text string
}

func (r *telegramRig) shown(chat int) []shown {
	r.t.Helper()
	var history struct {
		Result []struct {
			ID      int `json:"messageId"`
			Message struct {
				Chat any    `json:"chat_id"`
				Text string `json:"text"`
			} `json:"message"`
		} `json:"result"`
	}
	r.ask("POST", r.backend+"/getUpdatesHistory", object{"token": botToken}, &history)
	var all []shown
	for _, m := range history.Result {
		if fmt.Sprint(m.Message.Chat) == fmt.Sprint(chat) {
			all = append(all, shown{m.ID, m.Message.Text})
		}
	}
	return all
}
