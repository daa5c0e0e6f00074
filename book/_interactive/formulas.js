/* Without its menu MathJax has no use for the menu's options, which its text for readers aloud sets. */
delete window.MathJax.config.options.menuOptions;
