"""How the gallery runs its examples; a module of its own, since the site's configuration is pickled."""


class SmallArticles:
    """Arguments of an example: the articles and the mission run small, everything else by its defaults."""

    def __call__(self, gallery_conf, script_vars):
        if "04_scale" in script_vars["src_file"]:
            return ["--cadence", "6", "--nulls", "3", "--epochs", "10"]
        return ["--quick"] if "03_articles" in script_vars["src_file"] else []

    def __repr__(self):
        return "SmallArticles()"


small_articles = SmallArticles()
