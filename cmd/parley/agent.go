package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"strings"

	"parley/core"
	"parley/core/hub"
)

type agentCommand struct {
	Add      agentAdd      `cmd:"" help:"Add an agent. Without a password file, a random password is printed, once."`
	List     agentList     `cmd:"" help:"List the agents."`
	Set      agentSet      `cmd:"" help:"Say what languages an agent speaks, and what skills they have: all of them."`
	Password agentPassword `cmd:"" help:"Give an agent another password, and end their logins. Without a password file, a random one is printed, once."`
	Permit   agentPermit   `cmd:"" help:"Give an agent permissions in person, or take such away. What everybody or a group may, stays."`
	Disable  agentDisable  `cmd:"" help:"Take away an agent's rights and end their logins and keys."`
}

type agentAdd struct {
	Email      string   `required:"" placeholder:"EMAIL" help:"The address to sign in with."`
	Name       string   `required:"" placeholder:"NAME" help:"The name for colleagues; customers see the first word of it."`
	Admin      bool     `help:"May do everything on the installation."`
	Operator   []string `placeholder:"DEPT" sep:"none" help:"Answers customers of the department, named by slug or exact name. May be given again."`
	Supervisor []string `placeholder:"DEPT" sep:"none" help:"Watches and steers the department. May be given again."`
	Bot        bool     `help:"A program that works over the API, by a key. A department's sessions may begin with it; it gets no password."`
	Limit      int64    `placeholder:"N" help:"Sessions at once that the agent wants at most; without it, as many as the departments allow."`
	abilityFlags
	newPassword
}

// abilityFlags are what an agent can do that not all can. A flag that is not given changes nothing.
type abilityFlags struct {
	Languages *string `placeholder:"TAG,..." help:"Languages that the agent speaks, such as de,en or pt-BR; empty: none."`
	Skills    *string `placeholder:"SLUG,..." help:"Skills of the agent, such as refunds,technical, which sessions ask for by tags of these names; empty: none."`
}

func (f abilityFlags) change() (c hub.AbilitiesChange) {
	if f.Languages != nil {
		c.Languages = []core.Language{}
		for _, l := range listed(*f.Languages) {
			c.Languages = append(c.Languages, core.Language(l))
		}
	}
	if f.Skills != nil {
		c.Skills = append([]string{}, listed(*f.Skills)...)
	}
	return c
}

// listed takes a list with commas apart.
func listed(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ',' || r == ' ' })
}

type agentSet struct {
	Email string `arg:"" help:"The agent's address."`
	abilityFlags
}

func (a agentSet) Run(p *program) error {
	if a.Languages == nil && a.Skills == nil {
		return &badInput{"--languages", "is missing, and so is --skills: nothing would change"}
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	who, err := o.AgentByEmail(ctx, a.Email)
	if err != nil {
		return noAgent(err, "<email>")
	}
	if who, err = o.hub.SetAbilities(ctx, core.Actor{}, who.Agent.ID, a.change()); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "agent %s speaks %s, and has %s\n", who.Agent.Email, cmp.Or(spaced(string(who.Agent.Languages)), "no language that is known"),
		cmp.Or(spaced(string(who.Agent.Skills)), "no skills"))
	return nil
}

// spaced shows a list with commas to people.
func spaced(list string) string { return strings.ReplaceAll(list, ",", ", ") }

// newPassword is the password that a command gives to an agent.
type newPassword struct {
	PasswordFile string `placeholder:"FILE" help:"A file with the password, at least 8 bytes; a line end at its end does not count."`
}

// choose reads the password, or makes one. printed is what to print of it.
func (n newPassword) choose() (password core.Secret, printed string, err error) {
	if n.PasswordFile == "" {
		password = core.NewToken()
		return password, fmt.Sprintf("password: %s\n", password.Reveal()), nil
	}
	text, err := os.ReadFile(n.PasswordFile)
	if err != nil {
		return "", "", &badInput{"--password-file", "cannot be read: " + cause(err)}
	}
	return core.Secret(strings.TrimRight(string(text), "\r\n")), "", nil
}

func (a agentAdd) Run(p *program) error {
	var password core.Secret
	var printed string
	var err error
	switch {
	case a.Bot && a.PasswordFile != "":
		return &badInput{"--password-file", "is not for a bot, which works by a key"}
	case !a.Bot:
		if password, printed, err = a.choose(); err != nil {
			return err
		}
	}
	ctx := context.Background()
	o, err := p.office(ctx, true)
	if err != nil {
		return err
	}
	defer o.close()
	roles := core.Roles{}
	for _, grant := range []struct {
		flag        string
		role        core.Role
		departments []string
	}{{"--operator", core.Operator, a.Operator}, {"--supervisor", core.Supervisor, a.Supervisor}} {
		for _, name := range grant.departments {
			d, err := o.department(ctx, grant.flag, name)
			if err != nil {
				return err
			}
			roles[d.ID] |= grant.role
		}
	}
	added, err := o.hub.AddAgent(ctx, hub.NewAgent{Email: a.Email, Name: a.Name, Password: password, Admin: a.Admin, Bot: a.Bot, Roles: roles, Limit: a.Limit, Can: a.change()})
	if err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "agent %s added\n%s", added.Email, printed)
	return nil
}

type agentPassword struct {
	Email string `required:"" placeholder:"EMAIL" help:"The agent's address."`
	newPassword
}

func (a agentPassword) Run(p *program) error {
	password, printed, err := a.choose()
	if err != nil {
		return err
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	if err := o.hub.SetPassword(ctx, a.Email, password); err != nil {
		return noAgent(err, "--email")
	}
	fmt.Fprintf(p.stdout, "agent %s has another password\n%s", core.FoldEmail(a.Email), printed)
	return nil
}

type agentList struct{}

func (agentList) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	agents, err := o.Agents(ctx)
	if err != nil {
		return err
	}
	departments, err := o.AllDepartments(ctx)
	if err != nil {
		return err
	}
	rows := [][]string{{"EMAIL", "NAME", "ROLES", "LANGUAGES", "SKILLS", "STATE"}}
	for _, a := range agents {
		var roles []string
		if a.Agent.Admin {
			roles = append(roles, "admin")
		}
		if a.Agent.Bot {
			roles = append(roles, "bot")
		}
		for _, d := range departments {
			for _, role := range a.Roles[d.ID].Names() {
				roles = append(roles, role+" of "+d.Slug)
			}
		}
		state := "enabled"
		if a.Agent.DisabledAt != 0 {
			state = "disabled"
		}
		if !a.Agent.Permissions.Has(core.UseChat) {
			state += ", without use_chat"
		}
		rows = append(rows, []string{a.Agent.Email, a.Agent.Name, strings.Join(roles, ", "),
			spaced(string(a.Agent.Languages)), spaced(string(a.Agent.Skills)), state})
	}
	return p.table(rows)
}

type agentPermit struct {
	Email string `arg:"" help:"The agent's address."`
	changePermissions
}

func (a agentPermit) Run(p *program) error {
	give, take, err := a.read()
	if err != nil {
		return err
	}
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	who, err := o.AgentByEmail(ctx, a.Email)
	if err != nil {
		return noAgent(err, "<email>")
	}
	if err := o.hub.Permit(ctx, core.Actor{}, who.Agent.ID, who.Agent.Given&^take|give); err != nil {
		return err
	}
	if who, err = o.AgentByEmail(ctx, a.Email); err != nil {
		return err
	}
	fmt.Fprintf(p.stdout, "agent %s may %s\n", who.Agent.Email, wordsOf(who.Agent.Permissions))
	return nil
}

type agentDisable struct {
	Email string `arg:"" help:"The agent's address."`
}

func (a agentDisable) Run(p *program) error {
	ctx := context.Background()
	o, err := p.office(ctx, false)
	if err != nil {
		return err
	}
	defer o.close()
	if err := o.hub.DisableAgent(ctx, a.Email); err != nil {
		return noAgent(err, "<email>")
	}
	fmt.Fprintf(p.stdout, "agent %s disabled\n", core.FoldEmail(a.Email))
	return nil
}

// noAgent says which flag or argument named an agent that is not there.
func noAgent(err error, where string) error {
	if core.KindOf(err) == core.NotFound {
		return &badInput{where, "no agent has that address"}
	}
	return err
}
