package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// server is the program as a child of this one, on an address and a database that stay the same from start to start.
type server struct {
	binary string
	dir    string // its data folder, and its log
	url    string // the database's
	addr   string
	env    []string

	process *exec.Cmd
	ended   chan struct{} // closed when it is gone
	log     *os.File
}

// newServer prepares a server on a free port. Nothing is started.
func newServer(binary, dir, url string) (*server, error) {
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	addr, err := freeAddress()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(filepath.Join(dir, "server.log"))
	if err != nil {
		return nil, err
	}
	return &server{binary: binary, dir: dir, url: url, addr: addr, log: log}, nil
}

func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	defer l.Close()
	return l.Addr().String(), nil
}

// command is a subcommand of the program with this server's settings.
func (s *server) command(ctx context.Context, args ...string) *exec.Cmd {
	c := exec.CommandContext(ctx, s.binary, args...)
	for _, kv := range os.Environ() { // settings of the caller's own installation are not ours
		if !strings.HasPrefix(kv, "PARLEY_") {
			c.Env = append(c.Env, kv)
		}
	}
	c.Env = append(c.Env, "PARLEY_ADDR="+s.addr, "PARLEY_DATA_DIR="+s.dir, "PARLEY_DATABASE_URL="+s.url, "PARLEY_LOG=json",
		"PARLEY_SECRET_KEY="+secretKey.Text().Reveal()) // with which the house was furnished
	c.Env = append(c.Env, s.env...)
	return c
}

// start runs the program and returns when /readyz says that it serves, with the time that took.
func (s *server) start(ctx context.Context) (time.Duration, error) {
	c := s.command(context.WithoutCancel(ctx), "serve") // stopped by stop or kill, whatever becomes of ctx
	c.Stdout, c.Stderr = s.log, s.log
	begin := time.Now()
	if err := c.Start(); err != nil {
		return 0, err
	}
	s.process, s.ended = c, make(chan struct{})
	go func(ended chan struct{}) {
		_ = c.Wait()
		close(ended)
	}(s.ended)
	for {
		if s.ready() {
			return time.Since(begin), nil
		}
		select {
		case <-s.ended:
			return 0, fmt.Errorf("the program ended by itself: %v\n%s", c.ProcessState, s.tail())
		case <-ctx.Done():
			s.kill()
			return 0, ctx.Err()
		case <-time.After(2 * time.Millisecond):
		}
		if time.Since(begin) > waitTime {
			s.kill()
			return 0, fmt.Errorf("the program is not ready after %v\n%s", waitTime, s.tail())
		}
	}
}

// ready asks on a connection of its own: one that is kept could be of the process before.
func (s *server) ready() bool {
	c, err := net.DialTimeout("tcp", s.addr, time.Second)
	if err != nil {
		return false
	}
	defer c.Close()
	_ = c.SetDeadline(time.Now().Add(5 * time.Second))
	if _, err := io.WriteString(c, "GET /readyz HTTP/1.0\r\nHost: "+s.addr+"\r\n\r\n"); err != nil {
		return false
	}
	answer, err := io.ReadAll(c)
	return err == nil && len(answer) > 12 && string(answer[9:12]) == strconv.Itoa(http.StatusOK)
}

// running tells whether the program has not ended by itself.
func (s *server) running() bool {
	select {
	case <-s.ended:
		return false
	default:
		return s.process != nil
	}
}

// kill ends the process as a crash does, and waits until it is gone.
func (s *server) kill() {
	if s.process != nil {
		_ = s.process.Process.Kill()
		<-s.ended
	}
}

// stop asks the process to end, and waits for it.
func (s *server) stop() error {
	if s.process == nil {
		return nil
	}
	_ = s.process.Process.Signal(syscall.SIGTERM)
	select {
	case <-s.ended:
		return nil
	case <-time.After(30 * time.Second):
		s.kill()
		return errors.New("the program did not stop within 30 s")
	}
}

// close ends the process, if it still runs.
func (s *server) close() {
	s.kill()
	_ = s.log.Close()
}

// tail is the end of its log, to be shown when something went wrong.
func (s *server) tail() string {
	text, _ := os.ReadFile(s.log.Name())
	return string(text[max(0, len(text)-2000):])
}

func (s *server) pid() int { return s.process.Process.Pid }
