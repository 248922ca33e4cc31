using Pirogov.ClinicalText;
using Xunit;
using Xunit.Abstractions;

namespace Pirogov.Unit.ClinicalText;

public class Identifiers(ITestOutputHelper output)
{
    [Fact]
    public void Of_invented_notes_nearly_every_identifier_is_found_and_little_else()
    {
        var (all, caught, found, right) = (0, 0, 0, 0);
        var (missed, wrong) = (new SortedDictionary<string, int>(), new SortedDictionary<string, int>());
        foreach (var note in new InventedNotes(20).Write(600))
        {
            var cleaned = TextCleaning.Clean(note.Text, note.Known);
            foreach (var place in note.Identifiers)
            {
                all++;
                if (cleaned.Found.Any(f => f.Start <= place.Start && f.End >= place.End))
                    caught++;
                else
                    missed[$"{place.Kind}: {note.Text.Substring(place.Start, place.Length)}"] = missed.GetValueOrDefault($"{place.Kind}: {note.Text.Substring(place.Start, place.Length)}") + 1;
            }

            foreach (var f in cleaned.Found)
            {
                found++;
                if (note.Identifiers.Any(p => f.Start < p.End && p.Start < f.End))
                    right++;
                else
                    wrong[$"{f.Kind}: {note.Text.Substring(f.Start, f.Length)}"] = wrong.GetValueOrDefault($"{f.Kind}: {note.Text.Substring(f.Start, f.Length)}") + 1;
            }
        }

        var (recall, precision) = ((double)caught / all, (double)right / found);
        output.WriteLine($"{all} identifiers; recall {recall:P2}, precision {precision:P2}");
        foreach (var (what, count) in missed.Select(m => ("missed " + m.Key, m.Value)).Concat(wrong.Select(w => ("wrong " + w.Key, w.Value))).OrderByDescending(x => x.Value).Take(40))
            output.WriteLine($"{count} × {what}");
        Assert.True(recall >= 0.995, $"recall {recall:P2}");
        Assert.True(precision >= 0.98, $"precision {precision:P2}");
    }

    [Theory]
    [InlineData("СНИЛС 112-233-445 95", "СНИЛС [ID]")]
    [InlineData("11223344595 в карте", "[ID] в карте")]
    [InlineData("номер изделия 11223344596", "номер изделия 11223344596")]
    [InlineData("Полис ОМС 1234567890123452", "Полис ОМС [ID]")]
    [InlineData("паспорт 45 10 123456, выдан", "паспорт [ID], выдан")]
    [InlineData("тел.: 8 (495) 123-45-67 доб. 3", "тел.: [PHONE] доб. 3")]
    [InlineData("звонить +79161234567", "звонить [PHONE]")]
    [InlineData("писать на ivan.petrov@clinic.example.ru.", "писать на [EMAIL].")]
    [InlineData("Исследование 12.03.2024 в 10:15", "Исследование [DATE] в 10:15")]
    [InlineData("от 3 марта 2021 г. без динамики", "от [DATE] без динамики")]
    [InlineData("1951 г.р., жалоб нет", "[DATE], жалоб нет")]
    [InlineData("Год рождения: 1932, жалоб нет", "Год рождения: [DATE], жалоб нет")]
    [InlineData("г.р. 1932", "г.р. [DATE]")]
    [InlineData("г/р 1932; 2 мм", "г/р [DATE]; 2 мм")]
    [InlineData("study 1.2.643.100.1.20240312.77 again, 2.25.302604873119417285905367198207", "study [ID] again, [ID]")]
    [InlineData("адрес: 123456, г. Москва, ул. Большая Садовая, д. 10, кв. 50", "адрес: [ADDRESS]")]
    [InlineData("живёт на Невском, Невский проспект, 28", "живёт на Невском, [ADDRESS]")]
    [InlineData("Описал врач Рентгенов К.М.", "Описал врач [NAME]")]
    [InlineData("Консилиум: А.Б. Докторова, зав. отделением", "Консилиум: [NAME], зав. отделением")]
    [InlineData("Сидорова Анна Петровна осмотрена", "[NAME] осмотрена")]
    [InlineData("История болезни № 12345/24-К", "История болезни № [ID]")]
    [InlineData("Пациентка 94 года, 97-летняя, 91-го и 102-х лет", "Пациентка 90 года, 90-летняя, 90-го и 90-х лет")]
    [InlineData("От 91 до 95 лет; 92–101 года, 93-97 лет, 94 и 65 лет, 95 или 96, 97 лет", "От 90 до 90 лет; 90–90 года, 90-90 лет, 90 и 65 лет, 95 или 96, 90 лет")]
    [InlineData("К 91-му году, 92-мя и 93-ми годами, на 94-м году жизни, пациентам 91-го года", "К 90-му году, 90-мя и 90-ми годами, на 90-м году жизни, пациентам 90-го года")]
    [InlineData("Women of 91 to 95 years, 92 and 70 yo", "Women of 90 to 90 years, 90 and 70 yo")]
    [InlineData("Возраст: 99. Девяносто четыре года, девяностодвухлетний", "Возраст: 90. 90 года, 90")]
    [InlineData("A 95 years old woman, 96 y.o., aged 101", "A 90 years old woman, 90 y.o., aged 90")]
    public void Identifiers_are_taken_out_by_their_form(string text, string cleaned) => Assert.Equal(cleaned, TextCleaning.Clean(text).Text);

    [Theory]
    [InlineData("КТ ОГК 1.25 мм, B30f, 120 кВ, 250 мАс")]
    [InlineData("Очаг 12х8 мм в S6, плотность -35...+40 HU")]
    [InlineData("Плановая госпитализация, уровни основные, дневная норма")]
    [InlineData("Белое вещество, левая доля, правая подвздошная область")]
    [InlineData("Версия 2.1.3.4, матрица 512/512/16, T2N1M0")]
    [InlineData("2 г. Цефтриаксона, скорость 3.5 мл/с. Без реакции")]
    [InlineData("Пациент 89 лет, пульс 94, 95 г контраста, сто грамм, 120 кВ")]
    [InlineData("Болен с 91-го года, операция в 95-м году, 94-й год; пульс 95 и 2 года ремиссии, 98 до 100 мм")]
    [InlineData("Th10-Th12, L1-L5, C34.1, BI-RADS 4")]
    public void Clinical_text_without_identifiers_stays_as_it_is(string text) => Assert.Equal(text, TextCleaning.Clean(text).Text);

    [Theory]
    [InlineData("Выдуманова^Мария^Петровна", "Выдумановой Марии Петровне, VYDUMANOVA M.P., Vydumanovu, Mariya, Marija, выдуманову")]
    [InlineData("Vydumanov^Petr", "Выдуманова Петра, Выдуманову, с Выдумановым, PYOTR, Пётр, о Петре")]
    [InlineData("Щукин^Юрий", "Shchukin, Schukin, Ščukin, Щукину, Юрию, Yuriy, Iurii, Yuri")]
    [InlineData("Соловьёв^Сергей", "Соловьева, Solovyov, Solovev, Soloviev, Сергею, Sergei, Sergey, Sergej")]
    [InlineData("Придумская^Наталья", "Придумской, Pridumskaya, Pridumskaia, Наталье, Natalia, Natalya")]
    [InlineData("Кравец^Лев", "Кравца, Кравцу, Kravets, Kravec, Льва, Львом")]
    [InlineData("Vasil'ev^Il'ya", "Vasil'ev, Vasilev, Васильева, Vasilʹevu, Il'ya, Ilya")]
    [InlineData("O'Neil^Mary", "O'Neil, O’Neil, ONEIL, Neil")]
    [InlineData("IVANOV/PETR", "Иванова Петра, Ivanov, PETR")]
    [InlineData("Ivanov1951", "Иванову, Ivanov1951, ivanov")]
    [InlineData("Хабибуллин^Дмитрий", "Khabibullin, Habibullin, Хабибуллину, Dmitry, Dmitriy, Dmitrii")]
    public void Names_of_the_header_are_found_in_every_case_and_transliteration(string header, string text)
    {
        var known = new KnownIdentifiers([header], []);
        foreach (var form in text.Split(", "))
        {
            var cleaned = TextCleaning.Clean("снимки " + form + " готовы", known).Text;
            Assert.DoesNotContain(form.Split(' ').Where(w => w is not ("с" or "о")), w => w.Length > 2 && cleaned.Contains(w, StringComparison.Ordinal));
        }
    }

    [Fact]
    public void Numbers_of_the_header_are_found_whatever_stands_between_their_characters()
    {
        var known = new KnownIdentifiers([], ["MRN-7731904", "12"]);
        Assert.Equal("axial [ID] 12 mm", TextCleaning.Clean("axial mrn 773.1904 12 mm", known).Text);
    }

    [Theory]
    [InlineData("от 10.05.2021, Дата рождения: 12.03.1951", "от 10.05.2021, Дата рождения: [DATE]")]
    [InlineData("12.03.1951 г.р., КТ 10.05.2021", "[DATE]р., КТ 10.05.2021")]
    [InlineData("1951 г.р., 10.05.2021", "[DATE], 10.05.2021")]
    [InlineData("д.р. 12 марта 1951, КТ 10.05.2021 г. Р.И. Выдуманов", "д.р. [DATE], КТ 10.05.2021 г. [NAME]")]
    [InlineData("КТ от 10.05.2021. Год рождения: 1951", "КТ от 10.05.2021. Год рождения: [DATE]")]
    public void Where_dates_stay_those_of_birth_go(string text, string cleaned) => Assert.Equal(cleaned, TextCleaning.Clean(text, keepDates: true).Text);

    [Theory]
    [InlineData("12.03.1951")]
    [InlineData("12031951")]
    [InlineData("12 03 1951")]
    [InlineData("12.3.1951")]
    [InlineData("12/03/51")]
    [InlineData("120351")]
    [InlineData("1951-03-12")]
    [InlineData("12 марта 1951")]
    [InlineData("12-MAR-1951")]
    public void The_birth_date_of_the_header_goes_in_every_spelling_where_dates_stay(string spelling)
    {
        var known = new KnownIdentifiers([], BirthDates.SpellingsOf("19510312"));
        Assert.Equal("КТ [ID] от 10.05.2021", TextCleaning.Clean($"КТ {spelling} от 10.05.2021", known, keepDates: true).Text);
    }

    [Fact]
    public void Texts_made_to_hold_the_rules_up_are_read_through()
    {
        foreach (var part in new[] { "1-", "д. 1, ", "ул. ", "А.", "@", "a@", "1.1.", "+7 ", "Иванович ", "8 (" })
            _ = TextCleaning.Clean(string.Concat(Enumerable.Repeat(part, 20_000)));
    }
}
