package main

import "github.com/spf13/cobra"

func newCheck(a *app) *cobra.Command  { return &cobra.Command{Use: "check", GroupID: "search"} }
func newShow(a *app) *cobra.Command   { return &cobra.Command{Use: "show", GroupID: "look"} }
func newExport(a *app) *cobra.Command { return &cobra.Command{Use: "export", GroupID: "look"} }
