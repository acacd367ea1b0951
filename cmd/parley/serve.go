package main

import (
	"context"
	"errors"
	"net"
	"os"
	"os/signal"
	"syscall"

	"parley/core/file"
)

type serveCommand struct{}

func (serveCommand) Run(p *program) error {
	c, err := p.config()
	if err != nil {
		return err
	}
	return p.serve(c, func(string, string) extras { return extras{} })
}

// serve runs a node until a signal stops it; a second signal ends the process at once. more is asked for the extras when
// it is known where the node listens.
func (p *program) serve(c config, more func(publicURL, port string) extras) error {
	log := c.logger(p.stderr)
	s, err := c.open(log)
	if err != nil {
		return err
	}
	ctx, release := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer release()
	context.AfterFunc(ctx, release)

	listener, err := net.Listen("tcp", c.addr)
	if err != nil {
		if e, ok := errors.AsType[*net.OpError](err); ok {
			err = e.Err
		}
		return &badInput{c.from["addr"], "cannot be listened on: " + err.Error()}
	}
	if err = c.makeFolder(); err == nil {
		err = c.loadKey()
	}
	var files *file.Store
	if err == nil {
		files, err = c.files()
	}
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	_, port, _ := net.SplitHostPort(listener.Addr().String()) // a TCP address always has one
	n, err := wire(c, s, files, listener, log, more(c.public(listener.Addr()), port))
	if err != nil {
		return errors.Join(err, files.Close(), listener.Close())
	}
	return n.run(ctx)
}
