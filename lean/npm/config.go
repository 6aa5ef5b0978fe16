package npm

import (
	"bufio"
	"context"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"time"
)

const publicRegistry = "https://registry.npmjs.org/"

// npmTimeout bounds a call of the npm command; its answers are a convenience.
const npmTimeout = 10 * time.Second

// Config is what the machine's npm is configured with, as far as a download
// needs it. It holds secrets: it has no exported fields and is never printed.
type Config struct {
	values map[string]string
	// extraCAs are files with further certificate authorities.
	extraCAs []string
}

// String hides the values, which may be secrets.
func (c Config) String() string { return "npm configuration for " + c.registry().Redacted() }

// GoString hides the values, which may be secrets.
func (c Config) GoString() string { return c.String() }

// LoadConfig reads npm's configuration: what `npm config get` says if npm is
// on PATH, the environment (npm_config_*), the user's and the global npmrc
// file. The .npmrc of the current folder is left out on purpose: what happens
// to be in a project must not decide where ansatz sends a token.
func LoadConfig(ctx context.Context) (Config, error) {
	home, err := os.UserHomeDir()
	if err != nil {
		home = "/" // a service without a home still has the environment and the global file
	}
	return loadConfig(ctx, os.Environ(), home, askNPM)
}

// askedKeys are the settings that are not secret, so that npm prints them.
var askedKeys = []string{"registry", "userconfig", "globalconfig", "cafile", "https-proxy", "proxy", "noproxy", "strict-ssl"}

// askNPM runs `npm config get` in dir. It returns nil if there is no npm, or
// none that answers.
func askNPM(ctx context.Context, environ []string, dir string) map[string]string {
	path, err := exec.LookPath("npm")
	if err != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, npmTimeout)
	defer cancel()
	cmd := exec.CommandContext(ctx, path, append([]string{"config", "get"}, askedKeys...)...)
	cmd.Dir, cmd.Env, cmd.WaitDelay = dir, environ, time.Second
	out, err := cmd.Output()
	if err != nil {
		return nil
	}
	values := make(map[string]string)
	for line := range strings.Lines(string(out)) {
		key, value, ok := strings.Cut(strings.TrimSpace(line), "=")
		if key, value = strings.TrimSpace(key), strings.TrimSpace(value); ok && value != "" && value != "null" && value != "undefined" {
			values[key] = value
		}
	}
	return values
}

func loadConfig(ctx context.Context, environ []string, home string, ask func(context.Context, []string, string) map[string]string) (Config, error) {
	env, fromEnv := npmEnvironment(environ)
	asked := ask(ctx, environ, home)

	// From the weakest to the strongest.
	config := Config{values: map[string]string{"registry": publicRegistry}}
	merge := func(values map[string]string) {
		for k, v := range values {
			config.values[k] = v
		}
	}
	globals := []string{"/usr/etc/npmrc", "/usr/local/etc/npmrc", "/etc/npmrc"}
	if g := first(asked["globalconfig"], fromEnv["globalconfig"]); g != "" {
		globals = []string{g}
	}
	user := first(asked["userconfig"], fromEnv["userconfig"], filepath.Join(home, ".npmrc"))
	for _, file := range append(globals, user) {
		f, err := os.Open(file)
		if err != nil {
			continue // absent or not ours to read: npm goes on too
		}
		values, err := parseNpmrc(f, env)
		f.Close()
		if err != nil {
			return Config{}, fmt.Errorf("reading npm's configuration %s: %w", file, err)
		}
		merge(values)
	}
	merge(fromEnv)
	merge(asked)
	if u, err := url.Parse(config.values["registry"]); err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http" {
		return Config{}, fmt.Errorf("npm's setting `registry` is not an http(s) address; set it with: npm config set registry %s", publicRegistry)
	}
	if file := config.values["cafile"]; file != "" {
		config.extraCAs = append(config.extraCAs, file)
	}
	// Node only warns if this one cannot be read.
	if file := env["NODE_EXTRA_CA_CERTS"]; file != "" {
		if _, err := os.Stat(file); err == nil {
			config.extraCAs = append(config.extraCAs, file)
		}
	}
	return config, nil
}

func first(values ...string) string {
	for _, v := range values {
		if v != "" {
			return v
		}
	}
	return ""
}

// npmEnvironment splits the environment into all its variables and those that
// are npm settings: npm_config_strict_ssl means strict-ssl. Keys of a registry
// (npm_config_//host/:_authToken) keep their spelling.
func npmEnvironment(environ []string) (env, settings map[string]string) {
	const prefix = "npm_config_"
	env, settings = make(map[string]string), make(map[string]string)
	for _, kv := range environ {
		key, value, _ := strings.Cut(kv, "=")
		env[key] = value
		if len(key) <= len(prefix) || !strings.EqualFold(key[:len(prefix)], prefix) || value == "" {
			continue
		}
		name := key[len(prefix):]
		if !strings.HasPrefix(name, "//") && !strings.HasPrefix(name, "_") {
			name = strings.ReplaceAll(strings.ToLower(name), "_", "-")
		}
		settings[name] = value
	}
	return env, settings
}

var reference = regexp.MustCompile(`\$\{([^${}?]+)(\?)?\}`)

// parseNpmrc reads an npmrc file (npm-config(5), npmrc(5)): ini without
// sections, ${NAME} and ${NAME?} standing for environment variables. A variable
// that is not set leaves ${NAME} as it is and makes ${NAME?} empty, as in npm.
func parseNpmrc(r io.Reader, env map[string]string) (map[string]string, error) {
	expand := func(s string) string {
		return reference.ReplaceAllStringFunc(s, func(ref string) string {
			m := reference.FindStringSubmatch(ref)
			if v, ok := env[m[1]]; ok {
				return v
			}
			if m[2] != "" {
				return ""
			}
			return ref
		})
	}
	values := make(map[string]string)
	lines := bufio.NewScanner(r)
	lines.Buffer(nil, 1<<20) // certificates may be written on one line
	for lines.Scan() {
		line := strings.TrimSpace(lines.Text())
		if line == "" || line[0] == ';' || line[0] == '#' || line[0] == '[' {
			continue
		}
		key, value, ok := strings.Cut(line, "=")
		if !ok {
			value = "true"
		}
		key, value = unquote(strings.TrimSpace(key)), unquote(strings.TrimSpace(value))
		if key == "" || strings.HasSuffix(key, "[]") {
			continue
		}
		values[expand(key)] = expand(value)
	}
	return values, lines.Err()
}

func unquote(s string) string {
	if n := len(s); n >= 2 && (s[0] == '"' || s[0] == '\'') && s[n-1] == s[0] {
		return s[1 : n-1]
	}
	return s
}

// registry returns the base address, which ends in a slash.
func (c Config) registry() *url.URL {
	u, err := url.Parse(first(c.values["registry"], publicRegistry))
	if err != nil { // loadConfig has checked it
		u, _ = url.Parse(publicRegistry)
	}
	if !strings.HasSuffix(u.Path, "/") {
		u.Path += "/"
	}
	u.RawQuery, u.Fragment = "", ""
	return u
}

// authorization returns the header for a request to u, or "". Keys are tried
// from the longest path of u up to its host, as npm does: //host/a/b/, //host/a/,
// //host/. Settings without a host (npm before version 9) count for the
// registry's own host alone.
func (c Config) authorization(u *url.URL) string {
	path := strings.TrimSuffix(u.Path, "/")
	for {
		if h := c.credentials("//" + u.Host + path + "/:"); h != "" {
			return h
		}
		if h := c.credentials("//" + u.Host + path + ":"); h != "" {
			return h
		}
		cut := strings.LastIndexByte(path, '/')
		if cut < 0 {
			break
		}
		path = path[:cut]
	}
	registry := c.registry()
	if u.Host != registry.Host || u.Scheme != registry.Scheme {
		return ""
	}
	if password, ok := registry.User.Password(); ok {
		return basic(registry.User.Username(), password)
	}
	return c.credentials("")
}

func (c Config) credentials(prefix string) string {
	if token := c.values[prefix+"_authToken"]; token != "" {
		return "Bearer " + token
	}
	if pair := c.values[prefix+"_auth"]; pair != "" {
		return "Basic " + pair
	}
	user, password := c.values[prefix+"username"], c.values[prefix+"_password"]
	if user == "" || password == "" {
		return ""
	}
	plain, err := base64.StdEncoding.DecodeString(password)
	if err != nil {
		return ""
	}
	return basic(user, string(plain))
}

func basic(user, password string) string {
	return "Basic " + base64.StdEncoding.EncodeToString([]byte(user+":"+password))
}

// proxy implements http.Transport's Proxy: npm's settings first, then HTTPS_PROXY,
// HTTP_PROXY and NO_PROXY.
func (c Config) proxy(r *http.Request) (*url.URL, error) {
	for _, host := range strings.Split(c.values["noproxy"], ",") {
		host = strings.TrimPrefix(strings.TrimSpace(host), ".")
		if name := r.URL.Hostname(); host != "" && (host == "*" || name == host || strings.HasSuffix(name, "."+host)) {
			return nil, nil
		}
	}
	setting := c.values["proxy"]
	if r.URL.Scheme == "https" {
		setting = first(c.values["https-proxy"], setting)
	}
	if setting == "" || setting == "null" || setting == "false" {
		return http.ProxyFromEnvironment(r)
	}
	u, err := url.Parse(setting)
	if err != nil || u.Host == "" {
		return nil, fmt.Errorf("npm's setting `proxy` or `https-proxy` is not an address") // the value may hold a password
	}
	return u, nil
}

// transport returns an HTTP transport with npm's proxy and certificate settings.
func (c Config) transport() (*http.Transport, error) {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.Proxy = c.proxy
	// A tarball must arrive as it is, or its digest and byte ranges mean nothing.
	t.DisableCompression = true
	t.ResponseHeaderTimeout = time.Minute
	t.TLSClientConfig = &tls.Config{MinVersion: tls.VersionTLS12}
	if c.values["strict-ssl"] == "false" {
		t.TLSClientConfig.InsecureSkipVerify = true // the user's choice; the tarball's digest is checked all the same
	}
	if len(c.extraCAs) > 0 {
		pool, err := x509.SystemCertPool()
		if err != nil {
			pool = x509.NewCertPool()
		}
		for _, file := range c.extraCAs {
			pem, err := os.ReadFile(file)
			if err != nil {
				return nil, fmt.Errorf("reading the certificate authorities that npm is configured with: %w", err)
			}
			pool.AppendCertsFromPEM(pem)
		}
		t.TLSClientConfig.RootCAs = pool
	}
	return t, nil
}
