"""One file per subcommand: options in, one call, result out."""
