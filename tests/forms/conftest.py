"""Forms without a database: words need a language, nothing else."""

import pytest
from flask import Flask
from flask_babel import Babel

from cocreate.forms.contributions import ContributionForm


@pytest.fixture(scope="module")
def language_app():
    app = Flask(__name__)
    Babel(app)
    return app


@pytest.fixture
def words(language_app):
    with language_app.test_request_context():
        yield


@pytest.fixture
def form(words):
    def make(asked, typed=None, **options):
        return ContributionForm(asked, typed=typed, **options)
    return make
