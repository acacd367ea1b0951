package main

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"parley/core"
)

type groupCommand struct {
	Add    groupAdd    `cmd:"" help:"Add a group of agents."`
	Set    groupSet    `cmd:"" help:"Change a group. Everybody is the group of all agents: what it may, all may."`
	List   groupList   `cmd:"" help:"List the groups, with what their members may."`
	Remove groupRemove `cmd:"" help:"Remove a group."`
}

// changePermissions are the permissions that a command gives or takes away.
type changePermissions struct {
	Give []string `placeholder:"PERMISSION" help:"use_chat, block_customers, see_all_sessions or change_settings. May be given again."`
	Take []string `placeholder:"PERMISSION" help:"Take it away. May be given again."`
}

func (c changePermissions) read() (give, take core.Permissions, err error) {
	if give, err = core.ParsePermissions("give", c.Give); err != nil {
		return 0, 0, err
	}
	take, err = core.ParsePermissions("take", c.Take)
	return give, take, err
}

func wordsOf(p core.Permissions) string { return cmp.Or(strings.Join(p.Words(), ", "), "nothing") }

type groupAdd struct {
	Name   string   `required:"" placeholder:"NAME" help:"What people call it; no other group is called so."`
	Parent string   `placeholder:"GROUP" help:"The group whose permissions it inherits."`
	Member []string `placeholder:"EMAIL" help:"An agent who is in it. May be given again."`
	Give   []string `placeholder:"PERMISSION" help:"use_chat, block_customers, see_all_sessions or change_settings. May be given again."`
}

func (a groupAdd) Run(p *program) error {
	return changeGroup(p, groupSet{Parent: a.Parent, Member: a.Member, changePermissions: changePermissions{Give: a.Give}}, func(core.Groups) (core.Group, error) {
		return core.Group{Name: a.Name}, nil
	})
}

type groupSet struct {
	Group  string   `arg:"" help:"The group's name."`
	Name   string   `placeholder:"NAME" help:"Another name."`
	Parent string   `placeholder:"GROUP" help:"The group whose permissions it inherits; none for no group."`
	Member []string `placeholder:"EMAIL" help:"An agent who is in it too. May be given again."`
	Leave  []string `placeholder:"EMAIL" help:"An agent who is not in it any more. May be given again."`
	changePermissions
}

func (s groupSet) Run(p *program) error {
	return changeGroup(p, s, func(all core.Groups) (core.Group, error) { return groupNamed(all, "<group>", s.Group) })
}

// changeGroup changes the group that find gives, or adds it.
func changeGroup(p *program, change groupSet, find func(core.Groups) (core.Group, error)) error {
	give, take, err := change.read()
	if err != nil {
		return err
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Groups(ctx)
	if err != nil {
		return err
	}
	g, err := find(all)
	if err != nil {
		return err
	}
	g.Name, g.Permissions = cmp.Or(change.Name, g.Name), g.Permissions&^take|give
	switch change.Parent {
	case "":
	case "none":
		g.Parent = 0
	default:
		above, err := groupNamed(all, "--parent", change.Parent)
		if err != nil {
			return err
		}
		g.Parent = above.ID
	}
	for _, email := range change.Member {
		a, err := o.AgentByEmail(ctx, email)
		if err != nil {
			return noAgent(err, "--member")
		}
		g.Members = append(g.Members, a.Agent.ID)
	}
	for _, email := range change.Leave {
		a, err := o.AgentByEmail(ctx, email)
		if err != nil {
			return noAgent(err, "--leave")
		}
		g.Members = slices.DeleteFunc(g.Members, func(id core.AgentID) bool { return id == a.Agent.ID })
	}
	if g, err = o.hub.SetGroup(ctx, core.Actor{}, g); err != nil {
		return err
	}
	if all, err = o.Groups(ctx); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "group %s may %s\n", g.Name, wordsOf(all.Held(g.ID)))
	return nil
}

// groupNamed gives the group of a name; where says which flag or argument named it.
func groupNamed(all core.Groups, where, name string) (core.Group, error) {
	for _, g := range all {
		if strings.EqualFold(g.Name, name) {
			return g, nil
		}
	}
	return core.Group{}, &badInput{where, "no group is called so"}
}

type groupList struct{}

func (groupList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Groups(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"GROUP", "BELOW", "MEMBERS", "MAY"}}
	for _, g := range all {
		above, _ := all.Find(g.Parent)
		members := fmt.Sprint(len(g.Members))
		if g.ID == core.Everybody {
			members = "all"
		}
		rows = append(rows, []string{g.Name, cmp.Or(above.Name, "-"), members, wordsOf(all.Held(g.ID))})
	}
	return p.table(rows)
}

type groupRemove struct {
	Group string `arg:"" help:"The group's name."`
}

func (r groupRemove) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	all, err := o.Groups(ctx)
	if err != nil {
		return err
	}
	g, err := groupNamed(all, "<group>", r.Group)
	if err != nil {
		return err
	}
	if err := o.hub.RemoveGroup(ctx, core.Actor{}, g.ID); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "group %s removed\n", g.Name)
	return nil
}
