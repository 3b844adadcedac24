# The sign-in portal of LemonLDAP::NG with its static files, for one test.
use Plack::Builder;
use Lemonldap::NG::Portal::Main;

# No page shows a captcha here, and Debian's needs ImageMagick to start.
{
    package Lemonldap::NG::Portal::Captcha::None;
    use Mouse;
    extends 'Lemonldap::NG::Portal::Main::Plugin';
    sub init { 1 }
    $INC{'Lemonldap/NG/Portal/Captcha/None.pm'} = __FILE__;
}

my $portal = Lemonldap::NG::Portal::Main->run({});

builder {
    enable 'Static', path => sub { s{^/javascript/}{/} }, root => '/usr/share/javascript';
    enable 'Static', path => sub { s{^/static/}{/} }, root => '/usr/share/lemonldap-ng/portal/htdocs/static';
    # LemonLDAP::NG gives its cookies to a domain; an address is none.
    sub {
        my $answer = $portal->(@_);
        s/; *domain=[^;]*//i for @{ $answer->[1] };
        $answer;
    };
};
