package main

import (
	"context"
	"fmt"
)

type keyCommand struct {
	Add keyAdd `cmd:"" help:"Make an API key of an agent, and print it. It is printed only now."`
}

type keyAdd struct {
	Agent string `required:"" placeholder:"EMAIL" help:"The agent whose rights the key has."`
	Name  string `required:"" placeholder:"NAME" help:"What the key is for."`
}

func (k keyAdd) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	secret, err := o.hub.AddKey(ctx, k.Agent, k.Name)
	if err != nil {
		return noAgent(err, "--agent")
	}
	fmt.Fprintln(p.stdout, secret.Reveal())
	return nil
}
