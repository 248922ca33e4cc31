using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Pirogov.Portal.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class DatesOfStudies : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "Reading",
                table: "archive_series",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "RequestAttributes",
                table: "archive_series",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "SeriesDate",
                table: "archive_series",
                type: "TEXT",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "SeriesTime",
                table: "archive_series",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "StepStartDate",
                table: "archive_series",
                type: "TEXT",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "StepStartTime",
                table: "archive_series",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "Modalities",
                table: "archive_case",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "PatientBirthDate",
                table: "archive_case",
                type: "TEXT",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "ReferringPhysician",
                table: "archive_case",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<int>(
                name: "SeriesCount",
                table: "archive_case",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<string>(
                name: "StudyDate",
                table: "archive_case",
                type: "TEXT",
                maxLength: 8,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "StudyId",
                table: "archive_case",
                type: "TEXT",
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "StudyTime",
                table: "archive_case",
                type: "TEXT",
                maxLength: 16,
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "TimezoneOffset",
                table: "archive_case",
                type: "TEXT",
                maxLength: 16,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateIndex(
                name: "IX_archive_series_Reading",
                table: "archive_series",
                column: "Reading");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_PatientPseudonym",
                table: "archive_case",
                column: "PatientPseudonym");

            migrationBuilder.CreateIndex(
                name: "IX_archive_case_StudyDate",
                table: "archive_case",
                column: "StudyDate");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "IX_archive_series_Reading",
                table: "archive_series");

            migrationBuilder.DropIndex(
                name: "IX_archive_case_PatientPseudonym",
                table: "archive_case");

            migrationBuilder.DropIndex(
                name: "IX_archive_case_StudyDate",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "Reading",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "RequestAttributes",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "SeriesDate",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "SeriesTime",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "StepStartDate",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "StepStartTime",
                table: "archive_series");

            migrationBuilder.DropColumn(
                name: "Modalities",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "PatientBirthDate",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "ReferringPhysician",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "SeriesCount",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "StudyDate",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "StudyId",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "StudyTime",
                table: "archive_case");

            migrationBuilder.DropColumn(
                name: "TimezoneOffset",
                table: "archive_case");
        }
    }
}
